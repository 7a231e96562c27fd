import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { PoliciesRefused } from './refused.ts';

/** @throws PoliciesRefused with what Cerbos says of policies that do not compile under strict evaluation */
export async function requireCompiled(policyDir: string): Promise<void> {
  const { code, stdout, stderr } = await compilePolicies(policyDir);
  if (code !== 0) throw new PoliciesRefused('compile', said(stdout, stderr));
}

/** What Cerbos wrote, without the line that only says that it failed. */
function said(stdout: string, stderr: string): string {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => !/^cerbos: error: [a-z ]+$/.test(line));
  return lines.join('\n').trim() || 'Cerbos does not say why.';
}
