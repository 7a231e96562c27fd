import type { EntityManager } from '@mikro-orm/postgresql';
import { AccountGrant } from '../account-grants/entity.ts';
import { AdAccount } from '../ad-accounts/entity.ts';
import { authorize, authorizeKey } from '../authorize.ts';
import { BusinessCenter } from '../business-centers/entity.ts';
import type { Actor, Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { adAccountGate, businessCenterGate, groundsOf, tiktokAccountGate, type Gate } from '../gates.ts';
import { TiktokAccount } from '../tiktok-accounts/entity.ts';
import type { Gates, Tx } from '../transact.ts';
import { FreezeAuthority, type FrozenKind } from '../vocabulary.ts';
import { Freeze } from './entity.ts';

/** Something that can be frozen. */
export interface Thing {
  kind: FrozenKind;
  id: string;
}

/** A thing with the Business Center that it is, or belongs to; null: none. */
export interface Place extends Thing {
  isKnown: boolean;
  bcId: string | null;
}

/** What is known of where a thing belongs. */
export async function placeOf(em: EntityManager, { kind, id }: Thing): Promise<Place> {
  switch (kind) {
    case 'business_center':
      return { kind, id, isKnown: (await em.count(BusinessCenter, { bcId: id })) > 0, bcId: id };
    case 'tiktok_account':
      return { kind, id, isKnown: (await em.count(TiktokAccount, { id })) > 0, bcId: null };
    case 'ad_account': {
      const known = await em.findOne(AdAccount, { advertiserId: id });
      return { kind, id, isKnown: known !== null, bcId: known?.bcId ?? null };
    }
  }
}

/** Whose word a freeze of the actor is. Whether they have a say is for the policies. */
export function authorityOf({ type }: Actor): FreezeAuthority {
  if (type === 'user') return 'BUSINESS_CENTER';
  return type === 'tiktok_account' ? 'OWNER' : 'SERVICE';
}

/** Whether an authority may do with another's freeze as it likes: with its own, and with those of lower ones. */
export function reaches(authority: FreezeAuthority, other: FreezeAuthority): boolean {
  return FreezeAuthority.options.indexOf(authority) <= FreezeAuthority.options.indexOf(other);
}

/** What freezing and lifting pass: every write through the thing shares its gate, so none of them comes between. */
export function gatesOf(ctx: Context, { kind, id, bcId }: Place, action: 'freeze' | 'unfreeze'): Gates {
  return {
    takes: [GATES[kind](id)],
    shares: bcId === null ? [] : groundsOf(ctx.actor, bcId),
    allow: async (tx) => authorizeFreezing(ctx, tx, { kind, id, bcId }, action),
  };
}

const GATES: Readonly<Record<FrozenKind, (id: string) => Gate>> = {
  business_center: businessCenterGate,
  tiktok_account: tiktokAccountGate,
  ad_account: adAccountGate,
};

/** Keys are asked about as callers of this service, people as whoever they are to the thing (R13). */
export async function authorizeFreezing(
  ctx: Context,
  tx: Tx | null,
  { kind, id, bcId }: Thing & Pick<Place, 'bcId'>,
  action: 'freeze' | 'unfreeze',
): Promise<void> {
  if (authorityOf(ctx.actor) === 'SERVICE') return authorizeKey(ctx, action, [null]);
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action, resource: { type: kind, id } }, tx);
}

/** The freezes of a thing whose rows are open: those in force, and those whose time has come since. */
export async function openFreezes(em: EntityManager, { kind, id }: Thing): Promise<Freeze[]> {
  const open = await em.find(Freeze, { kind, resourceId: id, validTo: null });
  const rank = ({ authority }: Freeze): number => FreezeAuthority.options.indexOf(authority);
  return open.toSorted((a, b) => rank(a) - rank(b));
}

export function isInForce({ until }: Pick<Freeze, 'until'>, at: Date): boolean {
  return until == null || until > at;
}

/** Tells the freezes of a thing from what they were before and will be after. */
export function tagOf(inForce: readonly Freeze[]): string | undefined {
  return inForce.length === 0 ? undefined : inForce.map(({ id }) => id).join('.');
}

/**
 * A thing as a write finds it behind its gates. @throws SparkgateError `not_found` where it is not known, `conflict`
 * where it has come to another Business Center meanwhile
 */
export async function requirePlace(tx: Tx, { kind, id, bcId }: Place): Promise<void> {
  const now = await placeOf(tx.em, { kind, id });
  if (!now.isKnown) throw new SparkgateError('not_found', (say) => say.details[UNKNOWN[kind]](id));
  if (now.bcId !== bcId) throw new SparkgateError('conflict', (say) => say.details.movedOn);
}

const UNKNOWN = {
  business_center: 'noBusinessCenter',
  tiktok_account: 'noTiktokAccount',
  ad_account: 'noAdAccount',
} as const;

/** The Business Centers in whose trails a freeze stands: those that use the thing. */
export async function touchedBy(tx: Tx, { kind, id, bcId }: Place): Promise<(string | null)[]> {
  if (kind !== 'tiktok_account') return [bcId];
  const grants = await tx.em.find(AccountGrant, { tiktokAccountId: id, validTo: null }, { orderBy: { bcId: 'asc' } });
  return grants.map((grant) => grant.bcId);
}
