import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { SERVICE_KIND, type Bundle } from '../decision/bundle.ts';
import { PoliciesRefused } from './refused.ts';

/** Checks a policy folder against a file of invariants. Returns null when all hold, else the report of those that do not. */
export type CheckInvariants = (policyDir: string, invariants: string) => Promise<string | null>;

/**
 * Admits a bundle, or throws `PoliciesRefused`.
 * @param policyDir where nobody edits it
 * @param tests the folder of its policy tests and invariants; null = there is none
 */
export type Admit = (policyDir: string, tests: string | null) => Promise<void>;

/** The folder of tests for a folder of policies: the one that is configured, or `policy-tests` beside the policies. */
export async function testsFor(policyDir: string, configured: string | null): Promise<string | null> {
  const folder = configured ?? join(dirname(policyDir), 'policy-tests');
  if (await exists(folder)) return folder;
  if (configured === null) return null;
  throw new PoliciesRefused('folder', `POLICY_TESTS_DIR ${configured} is not there: nothing would test policies.`);
}

/** Admits a bundle that compiles under strict evaluation, whose policy tests pass and whose invariants hold. */
export function admission(checkInvariants: CheckInvariants): Admit {
  return async (policyDir, tests) => {
    const suites = tests !== null && (await hasTests(tests)) ? { tests } : {};
    const { code, stdout, stderr } = await compilePolicies(policyDir, suites);
    if (code === 4) throw new PoliciesRefused('tests', said(stdout, stderr));
    if (code !== 0) throw new PoliciesRefused('compile', said(stdout, stderr));
    const invariants = tests === null ? null : join(tests, 'invariants.yaml');
    if (invariants === null || !(await exists(invariants))) return;
    const report = await checkInvariants(policyDir, invariants);
    if (report !== null) throw new PoliciesRefused('invariants', report);
  };
}

/** @throws PoliciesRefused when nobody could call this service under it */
export function requireServiceKind({ kinds }: Bundle, folder: string): void {
  if (kinds.has(SERVICE_KIND)) return;
  throw new PoliciesRefused(
    'folder',
    `${folder} holds no policy for ${SERVICE_KIND}, without which nobody may call this service.`,
  );
}

/** What Cerbos wrote, without the lines that only say that something is well or that it failed. */
function said(stdout: string, stderr: string): string {
  const lines = `${stdout}\n${stderr}`.split('\n');
  const telling = lines.filter((line) => !/ \[\d+ OK\]$|^cerbos: error: [a-z ]+$|^Test results$/.test(line));
  return telling.join('\n').trim() || 'Cerbos does not say why.';
}

async function hasTests(folder: string): Promise<boolean> {
  const files = await readdir(folder, { recursive: true });
  return files.some((file) => /_test\.(?:ya?ml|json)$/.test(file));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
