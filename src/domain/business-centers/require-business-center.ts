import { SparkgateError } from '../errors.ts';
import type { Tx } from '../transact.ts';
import { BusinessCenter } from './entity.ts';

/** @throws SparkgateError `not_found` when there is no such Business Center. */
export async function requireBusinessCenter(tx: Tx, bcId: string): Promise<BusinessCenter> {
  const found = await tx.em.findOne(BusinessCenter, { bcId });
  if (!found) throw new SparkgateError('not_found', (say) => say.details.noBusinessCenter(bcId));
  return found;
}
