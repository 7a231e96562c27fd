import { inTrails } from '../audit/in-trails.ts';
import type { Context } from '../context.ts';
import { requireMatch } from '../precondition.ts';
import { transact, type Written } from '../transact.ts';
import { close, FREEZE_EVENTS, told } from './freeze.ts';
import {
  authorityOf,
  gatesOf,
  isInForce,
  openFreezes,
  placeOf,
  reaches,
  requirePlace,
  tagOf,
  touchedBy,
  type Thing,
} from './place.ts';

/** R13: lifts one's own freeze of a thing, and those of lower authorities. A higher one's is refused by the policies. */
export async function unfreeze(ctx: Context, thing: Thing): Promise<Written<null>> {
  const place = await placeOf(ctx.orm.em.fork(), thing);
  return transact(ctx, gatesOf(ctx, place, 'unfreeze'), async (tx) => {
    await requirePlace(tx, place);
    const open = await openFreezes(tx.em, thing);
    const inForce = open.filter((it) => isInForce(it, tx.at));
    const subject = { type: thing.kind, id: thing.id };
    await requireMatch(ctx, tx.query, tagOf(inForce), { trail: subject, events: FREEZE_EVENTS });
    const lifted = inForce.filter(({ authority }) => reaches(authorityOf(ctx.actor), authority));
    const [first, ...others] = lifted;
    if (!first) return { result: null, audit: 'unchanged' };
    await close(tx, [...lifted, ...open.filter((it) => !isInForce(it, tx.at))]);
    const bcIds = await touchedBy(tx, place);
    const entries = (it: typeof first) => inTrails({ event: 'freeze.lifted', subject, before: told(it) }, bcIds);
    return { result: null, audit: [...entries(first), ...others.flatMap(entries)] };
  });
}
