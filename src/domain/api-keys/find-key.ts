import { z } from 'zod';
import { SparkgateError } from '../errors.ts';
import type { Tx } from '../transact.ts';
import { ApiKey } from './entity.ts';

/** The key of this id, revoked ones too. @throws SparkgateError `not_found` */
export async function findKey(tx: Tx, id: string): Promise<ApiKey> {
  const key = z.uuid().safeParse(id).success ? await tx.em.findOne(ApiKey, { id }) : null;
  if (!key) throw new SparkgateError('not_found', (say) => say.details.noApiKey);
  return key;
}
