import type { Audit, Tx } from '../transact.ts';
import { bringAgain } from './again.ts';
import type { Applied, Manner } from './apply.ts';
import { Interference, requireNone } from './interference.ts';
import type { Pass } from './modes.ts';
import { total } from './joins.ts';
import { lookAtOthers } from './others.ts';
import { indexPlans } from './overtaken.ts';
import { analyze, passImports } from './pass-imports.ts';
import type { Counts } from './stage.ts';

/** So often what others wrote meanwhile is brought in again beside their writes, so that little of it is left. */
const BESIDE = 2;

/** An import of so many facts or more lets PostgreSQL count anew what it knows of the tables. */
const MANY = 10_000;

/** What is brought in again behind the gate may touch other lines, and these others. More often than so is a loop. */
const BEHIND = 8;

/**
 * Looks at what others wrote while an import was applied, and brings in again what that touches: first beside them, and then
 * behind the gate that all writes share: those before have committed, and those after wait for the import and see it.
 * What it has done is then what it would do now. It voids the requests of whom it demoted or removed.
 * @returns the requests: each an entry of the trail
 * @throws Interference where it cannot be mended: others moved an ad account in which the import has opened roles
 */
export async function settle(tx: Tx, counts: Counts, manner: Manner, applied: Applied): Promise<Audit[]> {
  const { others } = applied;
  let touched = 0;
  const again = async (pass: Pass): Promise<number> => {
    await lookAtOthers(tx, others, touched > 0);
    // What others have written by then began before.
    touched = await bringAgain({ ...tx, at: await now(tx) }, counts, { ...manner, pass, others }, applied);
    return touched;
  };
  await indexPlans(tx, counts, manner);
  for (let times = 0; times < BESIDE; times += 1) if ((await again('beside')) === 0) break;
  await passImports(tx.query, async () => {
    if (!manner.dryRun && total(counts) >= MANY) await analyze(tx.query);
    await again('beside');
  });
  for (let times = 0; (await again('behind')) > 0; times += 1) if (times === BEHIND) throw new Interference();
  if (counts.ad_account_member) await requireNone(tx, MOVED);
  const demotes = counts.member || manner.replacement?.scopes.includes('members');
  return demotes ? voidRequests(tx) : [];
}

/** What the database would refuse when this commits. */
const MOVED = `select from commit_check c, unnest(c.ids, c.others) o (advertiser_id, bc_id)
  join ad_account a on a.advertiser_id = o.advertiser_id
 where c.rule = 'ad accounts of roles' and o.bc_id is not null and a.bc_id is distinct from o.bc_id`;

/** Whoever is no administrator now has no pending request any more. */
async function voidRequests(tx: Tx): Promise<Audit[]> {
  const voided = await tx.query<{ id: string; bc_id: string }>(
    `update access_request r set status = 'VOID', closed_at = $1, closed_by = $2, last_write = $3
      where r.status = 'PENDING' and r.expires_at > $1 and not exists (
        select from member m where m.bc_id = r.bc_id and m.user_id = r.requested_by and m.valid_to is null
           and m.user_role = 'ADMIN')
      returning r.id, r.bc_id`,
    [tx.at, tx.by, tx.id],
  );
  return voided.map(({ id, bc_id: bcId }) => ({
    event: 'access_request.void',
    subject: { type: 'access_request', id },
    bcId,
  }));
}

async function now({ query }: Tx): Promise<Date> {
  const clock = 'select extract(epoch from clock_timestamp()::timestamptz(3)) * 1000 as at';
  const [row] = await query<{ at: number | string }>(clock, []);
  if (!row) throw new Error('a clock gave no row');
  return new Date(Number(row.at));
}
