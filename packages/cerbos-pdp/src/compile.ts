import { execFile } from 'node:child_process';
import { policiesOf } from '@sparkgate/cerbos-policies/policies';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { readPolicyFolder, writePolicyFolder, type PolicyFolder } from '@sparkgate/cerbos-policies/policy-folder';
import { refuseHashCollisions } from '@sparkgate/cerbos-policies/rule-hash-collisions';
import { refuseMixedScopePermissions } from '@sparkgate/cerbos-policies/scope-permissions';
import { refuseUnsupportedSyntax } from '@sparkgate/cerbos-policies/unsupported-syntax';
import { cerbosBinary } from './binary.ts';
import { bareEnvironment } from './environment.ts';
import { removeTemporary, temporaryFolder } from './temporary-folder.ts';

/** What `cerbos compile` answered; `code` is 0 when all is well, 3 for a policy error, 4 for a failed test. */
export type CompileResult = {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
};

/** What takes longer has got stuck; in milliseconds. */
const LONGEST_RUN_MS = 600_000;

/**
 * Compiles a folder of policies as strictly as the server evaluates them, and runs the tests of another. What
 * Cerbos would mix up or misread does not compile.
 */
export async function compilePolicies(
  policyDir: string,
  options: {
    tests?: string;
    output?: 'tree' | 'junit' | 'json' | 'list';
    verbose?: boolean;
    filters?: readonly string[];
  } = {},
): Promise<CompileResult> {
  const { tests, output = 'tree', verbose = false, filters = [] } = options;
  const folder = await soundFolder(policyDir);
  if (typeof folder === 'string') return { code: 3, stdout: '', stderr: `${folder}\n` };
  const format = output === 'junit' ? ['--test-output=junit'] : [`--output=${output}`];
  // Cerbos marks --tests as deprecated, yet without it tests must lie among the policies.
  const scope = tests === undefined ? '--skip-tests' : `--tests=${tests}`;
  const trace = [...(verbose ? ['--verbose'] : []), ...filters.map((it) => `--test-filter=${it}`)];
  const args = ['compile', '--strict-evaluation', '--no-color', ...trace, ...format, scope, '--'];
  if (folder === null) return run(cerbosBinary(), [...args, policyDir]);
  const copy = await temporaryFolder('cerbos-policies-');
  try {
    await writePolicyFolder(folder, copy);
    return await run(cerbosBinary(), [...args, copy]);
  } finally {
    await removeTemporary(copy);
  }
}

/** The folder, or what Cerbos would take wrong in it, or too long for; null for all else that is wrong, which Cerbos says. */
async function soundFolder(policyDir: string): Promise<PolicyFolder | string | null> {
  try {
    const folder = await readPolicyFolder(policyDir);
    const policies = policiesOf(folder);
    refuseUnsupportedSyntax(policies);
    refuseHashCollisions(policies);
    refuseMixedScopePermissions(policies);
    return folder;
  } catch (error) {
    if (error instanceof PolicyError) return error.message;
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
