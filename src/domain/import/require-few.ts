import { SparkgateError } from '../errors.ts';
import type { Tx } from '../transact.ts';
import type { Replacement, ReplaceScope } from './modes.ts';

/** What ends, and what it is a share of: SQL of the Business Centers of each, as rows of `of_bc_id`. */
export interface Share {
  scope: ReplaceScope;
  /** Of what this import has ended before; null = nothing. */
  ended: string | null;
  /** Of what is about to end, and is current still. */
  ending: string;
  /** Of all that is current. */
  current: string;
}

/**
 * A short file looks like a revocation of everybody, so only a share of what each Business Center holds may end.
 * @throws SparkgateError `limit_reached`
 */
export async function requireFew(tx: Tx, { scope, ended, ending, current }: Share, asked: Replacement): Promise<void> {
  if (asked.dryRun) return;
  const [first] = await tx.query<{ of_bc_id: string; ends: number; held: number }>(
    `with gone as (select of_bc_id, count(*) as number from (${ended ?? `${ending} where false`}) e group by 1),
     going as (select of_bc_id, count(*) as number from (${ending}) e group by 1),
     held as (select of_bc_id, count(*) as number from (${current}) c where of_bc_id = any ($1) group by 1),
     share as (
       select of_bc_id, coalesce(gone.number, 0) + coalesce(going.number, 0) as ends,
              coalesce(gone.number, 0) + coalesce(held.number, 0) as held
         from gone full join going using (of_bc_id) left join held using (of_bc_id))
     select of_bc_id, ends::int, held::int from share where ends * 100 > held * $2::int order by of_bc_id limit 1`,
    [asked.bcIds, asked.maxEnded],
  );
  if (!first) return;
  const { of_bc_id: bcId, ends, held } = first;
  throw new SparkgateError('limit_reached', (say) => say.details.endsTooMuch(scope, bcId, ends, held, asked.maxEnded));
}
