import { authorize, authorizeKey } from '../authorize.ts';
import { actorName, type Context } from '../context.ts';
import { queryIn } from '../transact.ts';

/** So many changes are counted at the most. */
export const MOST_COUNTED = 1000;

/** What others changed in a Business Center after a place in its sealed trail. */
export interface Changes {
  /** The last place of the trail now. */
  seq: number;
  /** At most {@link MOST_COUNTED}; of the actor's own none. */
  count: number;
}

const TEXT = `
  select (select coalesce(max(seq), 0)::float8 from sealed_trail where bc_id = $1) as seq,
         (select count(*)::int from (
            select from sealed_trail t join audit_entry e on e.write_id = t.write_id and e.bc_id = t.bc_id
             where t.bc_id = $1 and t.seq > $2 and e.actor <> $3 limit $4) as changed) as count`;

/** Counts by the order in which writes took effect, so that none is missed or told twice. @param after null = counts nothing */
export async function countChanges(ctx: Context, bcId: string, after: number | null): Promise<Changes> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_center_history', resource: { type: 'business_center', id: bcId } }, null);
  const values = [bcId, after, actorName(ctx.actor), MOST_COUNTED];
  const [row] = await queryIn(ctx.orm.em.fork())<Changes>(TEXT, values);
  return row ?? { seq: 0, count: 0 };
}
