import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { bareEnvironment } from './child-protocol.ts';
import { refuseLookAlikes } from './look-alikes.ts';
import { refuseMisread } from './misread.ts';
import { PlatformError } from './platform-error.ts';
import { readPolicyFolder } from './policy-folder.ts';

/** What `cerbos compile` answered; `code` is 0 when all is well, 3 for a policy error, 4 for a failed test. */
export type CompileResult = {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
};

/** What takes longer has got stuck; in milliseconds. */
const LONGEST_RUN_MS = 600_000;

/** The path of the Cerbos that came with npm. */
export function cerbosBinary(): string {
  try {
    return createRequire(import.meta.url).resolve('@cerbos/cerbos-linux-x64');
  } catch (cause) {
    throw new PlatformError(
      'Cerbos comes with Sparkgate for Linux x64 only and is not installed here; set CERBOS_TARGET to a Cerbos of yours.',
      { cause },
    );
  }
}

/**
 * Compiles a folder of policies as strictly as the server evaluates them, and runs the tests of another. What
 * Cerbos would mix up or misread does not compile.
 */
export async function compilePolicies(
  policyDir: string,
  options: { tests?: string; output?: 'tree' | 'junit' | 'json' | 'list'; verbose?: boolean; filter?: string } = {},
): Promise<CompileResult> {
  const { tests, output = 'tree', verbose = false, filter } = options;
  const complaint = await complaintOf(policyDir);
  if (complaint !== null) return { code: 3, stdout: '', stderr: `${complaint}\n` };
  const format = output === 'junit' ? ['--test-output=junit'] : [`--output=${output}`];
  // Cerbos marks --tests as deprecated, yet without it tests must lie among the policies.
  const scope = tests === undefined ? '--skip-tests' : `--tests=${tests}`;
  const trace = [...(verbose ? ['--verbose'] : []), ...(filter === undefined ? [] : [`--test-filter=${filter}`])];
  const args = ['compile', '--strict-evaluation', '--no-color', ...trace, ...format, scope, '--', policyDir];
  return run(cerbosBinary(), args);
}

/** What Cerbos would take wrong, or too long for; null for all else that is wrong, which is for Cerbos to say. */
async function complaintOf(policyDir: string): Promise<string | null> {
  try {
    const folder = await readPolicyFolder(policyDir);
    refuseMisread(folder);
    refuseLookAlikes(folder);
    return null;
  } catch (error) {
    if (error instanceof PlatformError) return error.message;
    if (error instanceof Error && 'syscall' in error) return null;
    throw error;
  }
}

function run(binary: string, args: string[]): Promise<CompileResult> {
  return new Promise((resolve, reject) => {
    const options = { env: bareEnvironment(), maxBuffer: 1 << 28, timeout: LONGEST_RUN_MS };
    execFile(binary, args, options, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ code: error.code, stdout, stderr });
      else reject(error);
    });
  });
}
