/** A policy test that did not pass. */
export interface FailedTest {
  /** Below the folder of tests. */
  file: string;
  suite: string;
  /** Empty where the suite as a whole cannot be run. */
  test: string;
  /** Whose question it was, what for, and the action; empty where it did not come to that. */
  asked: string;
  /** What went wrong. */
  message: string;
  /** The test or its file cannot be run: it says nothing of the policies. */
  isBroken: boolean;
}

/** What `cerbos compile` said of policies and tests. */
export interface TestReport {
  /** Why the policies do not compile. */
  complaints: readonly { file: string; line: number | null; message: string }[];
  failed: readonly FailedTest[];
  /** Single questions, by what came of them. */
  counts: Readonly<Record<'passed' | 'failed' | 'skipped' | 'broken', number>>;
  cases: readonly { suite: string; name: string; failed: FailedTest | null; isSkipped: boolean }[];
}

interface Result {
  result: string;
  failure?: { expected?: string; actual?: string; outputs?: unknown };
  error?: string;
  skipReason?: string;
}

interface Json {
  suites?: {
    file: string;
    name: string;
    error?: string;
    testCases?: {
      name: string;
      principals?: { name: string; resources?: { name: string; actions?: { name: string; details: Result }[] }[] }[];
    }[];
  }[];
  compileErrors?: { errors?: Complaint[] };
  lintErrors?: Record<string, Complaint[]>;
}

interface Complaint {
  file?: string;
  error?: string;
  description?: string;
  /** Of an import that is missing. */
  importing_file?: string;
  desc?: string;
  /** Of two policies of one name. */
  policy?: string;
  other_file?: string;
  context?: string;
  position?: { line?: number };
  error_details?: { position?: { line?: number } };
}

/**
 * Reads what `cerbos compile --output=json` printed. @param stderr what it said beside; that counts where it printed nothing
 */
export function readTestReport(stdout: string, stderr: string): TestReport {
  const json: Json | null = stdout.startsWith('{') ? (JSON.parse(stdout) as Json) : null;
  const complaints = json === null ? [{ file: '', line: null, message: stderr.trim() }] : complaintsOf(json);
  const cases = (json?.suites ?? []).flatMap(casesOf);
  const failed = cases.flatMap((it) => it.failed ?? []);
  const count = (is: string): number => cases.filter(({ result }) => result === is).length;
  const counts = {
    passed: count('RESULT_PASSED'),
    failed: count('RESULT_FAILED'),
    skipped: count('RESULT_SKIPPED'),
    broken: failed.filter(({ isBroken }) => isBroken).length,
  };
  return { complaints, failed, counts, cases };
}

function complaintsOf({ compileErrors, lintErrors }: Json): TestReport['complaints'] {
  const all = [...(compileErrors?.errors ?? []), ...Object.values(lintErrors ?? {}).flat()];
  return all.map((it) => ({
    file: it.file ?? it.importing_file ?? '',
    line: it.position?.line ?? it.error_details?.position?.line ?? null,
    message: messageOf(it),
  }));
}

/** Cerbos has a form of its own for each sort of complaint, and may have further ones. */
function messageOf(it: Complaint): string {
  const { policy, other_file: other } = it;
  if (policy !== undefined && other !== undefined) return `${policy} is defined in ${other} as well`;
  return it.description ?? it.error ?? it.desc ?? JSON.stringify({ ...it, context: undefined });
}

type Case = TestReport['cases'][number] & { result: string };

function casesOf({ file, name: suite, error, testCases = [] }: NonNullable<Json['suites']>[number]): Case[] {
  if (error !== undefined) {
    const failed = { file, suite, test: '', asked: '', message: error, isBroken: true };
    return [
      { suite: `${suite} (${file})`, name: 'the suite can be run', failed, isSkipped: false, result: 'RESULT_ERRORED' },
    ];
  }
  return testCases.flatMap(({ name: test, principals = [] }) =>
    principals.flatMap(({ name: principal, resources = [] }) =>
      resources.flatMap(({ name: resource, actions = [] }) =>
        actions.map(({ name: action, details }): Case => {
          const asked = `${principal} ${action} ${resource}`;
          const message = whatWentWrong(details);
          const isBroken = details.result === 'RESULT_ERRORED';
          const failed = message === null ? null : { file, suite, test, asked, message, isBroken };
          return {
            suite: `${suite} (${file})`,
            name: `${test}: ${asked}`,
            failed,
            isSkipped: details.result === 'RESULT_SKIPPED',
            result: details.result,
          };
        }),
      ),
    ),
  );
}

function whatWentWrong({ result, failure, error }: Result): string | null {
  if (result === 'RESULT_ERRORED') return error ?? 'it cannot be run';
  if (result !== 'RESULT_FAILED') return null;
  const [expected, actual] = [failure?.expected, failure?.actual].map((it) => it?.replace('EFFECT_', '') ?? '?');
  return expected === actual ? 'its outputs are others than expected' : `expected ${expected}, and it is ${actual}`;
}
