import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compilePolicies } from '../../platform/cerbos-binary.ts';
import { SERVICE_KIND, type Bundle } from '../bundle.ts';
import { PoliciesRefused } from './refused.ts';

/** Holds a policy folder against the invariants of a file; null when they hold, else what is wrong. */
export type VerifyInvariants = (policyDir: string, invariants: string) => Promise<string | null>;

/** The folder of tests for a folder of policies: the one that is configured, or `policy-tests` beside the policies. */
export async function testsFor(policyDir: string, configured: string | null): Promise<string | null> {
  const folder = configured ?? join(dirname(policyDir), 'policy-tests');
  return (await exists(folder)) ? folder : null;
}

/**
 * Whether a bundle may decide: it compiles under strict evaluation, its policy tests pass, its invariants hold.
 * @param policyDir where nobody edits it
 * @throws PoliciesRefused
 */
export async function admit(policyDir: string, tests: string | null, verify: VerifyInvariants): Promise<void> {
  const suites = tests !== null && (await hasTests(tests)) ? { tests } : {};
  const { code, stdout, stderr } = await compilePolicies(policyDir, suites);
  if (code === 4) throw new PoliciesRefused('tests', said(stdout, stderr));
  if (code !== 0) throw new PoliciesRefused('compile', said(stdout, stderr));
  const invariants = tests === null ? null : join(tests, 'invariants.yaml');
  if (invariants === null || !(await exists(invariants))) return;
  const violations = await verify(policyDir, invariants);
  if (violations !== null) throw new PoliciesRefused('invariants', violations);
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
