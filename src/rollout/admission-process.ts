import { CONTRACT } from '../review/contract.ts';
import { openServers } from '../review/policy-servers.ts';
import type { Admitted, Candidate } from './admission.ts';
import { examine } from './examine.ts';
import { PoliciesRefused, type RefusedOver } from './refused.ts';

/** What became of a candidate. */
export type Examined = { admitted: Admitted } | { over: RefusedOver; message: string };

async function examined(candidate: Candidate): Promise<Examined> {
  try {
    return { admitted: await examine(candidate, { contract: CONTRACT, openServers }) };
  } catch (error) {
    const over = error instanceof PoliciesRefused ? error.over : 'tests';
    return { over, message: error instanceof Error ? error.message : String(error) };
  }
}

// The service has gone, and nobody waits for the answer.
process.once('disconnect', () => process.exit());
process.once('message', (candidate) => {
  void examined(candidate as Candidate).then((it) => process.send?.(it, () => process.disconnect()));
});
