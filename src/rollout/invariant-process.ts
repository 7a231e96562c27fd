import { readPolicies } from '@sparkgate/cerbos-policies/read-policies';
import { verifyPolicies } from '@sparkgate/policy-workbench/verify/verify-policies';
import { findingsReport } from '@sparkgate/policy-workbench/verify/verify-report';
import { CONTRACT } from '../review/contract.ts';
import { openServers } from '../review/policy-servers.ts';

/** What this process is told to check. */
export interface InvariantTask {
  policyDir: string;
  invariants: string;
}

/** What it found: `doubted`: an invariant is violated, or cannot be shown to hold; `unreadable`: nothing was checked. */
export type Checked = { outcome: 'hold' } | { outcome: 'doubted' | 'unreadable'; report: string };

async function check({ policyDir, invariants }: InvariantTask): Promise<Checked> {
  const policies = await readPolicies(policyDir);
  const verified = await verifyPolicies({
    folder: policyDir,
    policies,
    invariants,
    kind: null,
    contract: CONTRACT,
    openServers,
    progress: () => undefined,
  });
  const report = findingsReport(verified, CONTRACT.words);
  return report === null ? { outcome: 'hold' } : { outcome: 'doubted', report };
}

// The service has gone, and nobody waits for the answer.
process.once('disconnect', () => process.exit());
process.once('message', (task) => {
  void check(task as InvariantTask)
    .catch((error: unknown): Checked => ({ outcome: 'unreadable', report: messageOf(error) }))
    .then((checked) => process.send?.(checked, () => process.disconnect()));
});

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
