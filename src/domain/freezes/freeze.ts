import { inTrails } from '../audit/in-trails.ts';
import type { Context } from '../context.ts';
import { endingAt } from '../moment.ts';
import { closing, opening } from '../open-close.ts';
import { requireMatch } from '../precondition.ts';
import { requiredWhenNew } from '../required-when-new.ts';
import { transact, type Tx, type Written } from '../transact.ts';
import { Freeze } from './entity.ts';
import {
  authorityOf,
  gatesOf,
  isInForce,
  openFreezes,
  placeOf,
  requirePlace,
  tagOf,
  touchedBy,
  type Thing,
} from './place.ts';
import type { FreezeBody } from './schemas.ts';

export const FREEZE_EVENTS = ['freeze.put', 'freeze.lifted'];

/**
 * R13: freezes a thing, or changes the reason and the end of one's own freeze. Each authority has a freeze of its own,
 * so nobody shortens another's.
 */
export async function freeze(ctx: Context, thing: Thing, body: FreezeBody): Promise<Written<null>> {
  const place = await placeOf(ctx.orm.em.fork(), thing);
  return transact(ctx, gatesOf(ctx, place, 'freeze'), async (tx) => {
    await requirePlace(tx, place);
    const open = await openFreezes(tx.em, thing);
    const inForce = open.filter((it) => isInForce(it, tx.at));
    const { kind, id } = thing;
    await requireMatch(ctx, tx.query, tagOf(inForce), { trail: { type: kind, id }, events: FREEZE_EVENTS });
    const authority = authorityOf(ctx.actor);
    const current = inForce.find((it) => it.authority === authority);
    const reason = body.reason ?? current?.reason;
    if (reason === undefined) throw requiredWhenNew('reason');
    const until = untilOf(body, current, tx.at);
    if (current?.reason === reason && sameTime(current.until, until)) return { result: null, audit: 'unchanged' };
    await close(
      tx,
      open.filter((it) => it.authority === authority || !isInForce(it, tx.at)),
    );
    await tx.em.insert(Freeze, { kind, resourceId: id, authority, reason, until, ...opening(tx) });
    const before = current && told(current);
    const after = told({ authority, reason, until });
    const entry = { event: 'freeze.put', subject: { type: kind, id }, before, after };
    return { result: null, audit: inTrails(entry, await touchedBy(tx, place)) };
  });
}

/** As the trail tells it. */
export function told({ authority, reason, until }: Pick<Freeze, 'authority' | 'reason' | 'until'>): object {
  return { authority, reason, until: until?.toISOString() ?? null };
}

/** Closes rows: a freeze whose time had come ended then, and nobody lifted it. */
export async function close(tx: Tx, rows: readonly Freeze[]): Promise<void> {
  for (const { id, until } of rows) {
    const ended = until != null && until <= tx.at ? { validTo: until, endedWrite: tx.id } : closing(tx);
    await tx.em.nativeUpdate(Freeze, { id, validTo: null }, ended);
  }
}

function untilOf({ until }: FreezeBody, current: Freeze | undefined, at: Date): Date | null {
  if (until === undefined) return current?.until ?? null;
  if (until === null) return null;
  return endingAt(until, at, '/until');
}

const sameTime = (a: Date | null | undefined, b: Date | null): boolean => a?.getTime() === b?.getTime();
