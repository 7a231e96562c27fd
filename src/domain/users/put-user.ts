import { isDeepStrictEqual } from 'node:util';
import { LockMode } from '@mikro-orm/core';
import { inTrails } from '../audit/in-trails.ts';
import { authorizeKey } from '../authorize.ts';
import { Member } from '../business-centers/entity.ts';
import type { Context } from '../context.ts';
import { userGate } from '../gates.ts';
import { requireMatch } from '../precondition.ts';
import { transact, type Tx, type Written } from '../transact.ts';
import { UserProfile } from './entity.ts';
import type { UserBody } from './schemas.ts';

/**
 * Tells what a user is called: what the body leaves out stays, null says unknown. The name is seen in every Business
 * Center of which the user is a member, so a confined key has to be for all of these; a member of none takes a key that
 * is not confined.
 */
export async function putUser(ctx: Context, id: string, body: UserBody): Promise<Written<null>> {
  return transact(ctx, { takes: [userGate(id)] }, async (tx) => {
    const centers = await centersOf(tx, id);
    await authorizeKey(ctx, 'write_relationships', centers.length > 0 ? centers : [null]);
    // A sign-in that fills an empty name passes no gate.
    const known = await tx.em.findOne(UserProfile, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    await requireMatch(ctx, tx.query, known?.version, { trail: { type: 'user', id }, events: ['user.put'] });
    const before = known && { display_name: known.displayName ?? null, email: known.email ?? null };
    const after = {
      display_name: body.display_name === undefined ? (before?.display_name ?? null) : body.display_name,
      email: body.email === undefined ? (before?.email ?? null) : body.email,
    };
    if (isDeepStrictEqual(before, after)) return { result: null, audit: 'unchanged' };
    const row = { displayName: after.display_name, email: after.email };
    if (known) tx.em.assign(known, row);
    else tx.em.create(UserProfile, { id, ...row });
    const entry = { event: 'user.put', subject: { type: 'user', id }, before, after };
    return { result: null, audit: inTrails(entry, centers) };
  });
}

/** The Business Centers of which the user is a member. */
async function centersOf(tx: Tx, userId: string): Promise<string[]> {
  const memberships = await tx.em.find(Member, { userId, validTo: null }, { orderBy: { bcId: 'asc' } });
  return memberships.map((member) => member.bcId);
}
