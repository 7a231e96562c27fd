import { createHash } from 'node:crypto';
import type { Actor, Passage } from './context.ts';

/** Something that writes change or lean on, by its kind and its ids. */
export type Gate = readonly [kind: string, ...ids: string[]];

/**
 * Everything that an import may have changed: writes share it, and an import takes it for the moment at its end in which
 * it looks at what they did meanwhile, and commits.
 */
export const IMPORTS: Gate = ['imports'];
/**
 * Imports pass this one by one before that, by a statement of its own: of a process that froze with several of them, the
 * server then ends one that holds up all writes, and not one after another.
 */
export const BEFORE_IMPORTS: Gate = ['before_imports'];
/** A membership, whatever its role. */
export const memberGate = (bcId: string, userId: string): Gate => ['member', bcId, userId];
/** What a Business Center holds of an account. */
export const grantGate = (bcId: string, tiktokAccountId: string): Gate => ['grant', bcId, tiktokAccountId];
export const assignmentGate = (bcId: string, tiktokAccountId: string, userId: string): Gate => [
  'assignment',
  bcId,
  tiktokAccountId,
  userId,
];
export const linkGate = (tiktokAccountId: string, userId: string): Gate => ['link', tiktokAccountId, userId];
export const adAccountGate = (advertiserId: string): Gate => ['ad_account', advertiserId];
export const roleGate = (advertiserId: string, userId: string): Gate => ['role', advertiserId, userId];
export const businessCenterGate = (bcId: string): Gate => ['business_center', bcId];
export const tiktokAccountGate = (id: string): Gate => ['tiktok_account', id];
/** What a user is called. */
export const userGate = (id: string): Gate => ['user', id];
export const entityGate = (type: string, id: string): Gate => ['entity', type, id];
export const requestGate = (id: string): Gate => ['access_request', id];
/** How many requests of a Business Center are pending. */
export const pendingGate = (bcId: string): Gate => ['pending', bcId];

/** What a decision about a person leans on in a Business Center, an account of which may be named. */
export function groundsOf(actor: Actor, bcId: string, tiktokAccountId?: string): Gate[] {
  return [
    businessCenterGate(bcId),
    ...(actor.type === 'user' ? [memberGate(bcId, actor.id), entityGate('user', actor.id)] : []),
    ...(tiktokAccountId === undefined ? [] : [tiktokAccountGate(tiktokAccountId), grantGate(bcId, tiktokAccountId)]),
  ];
}

/** The gates that a write takes or shares, in the one order in which all writes pass them. */
export function passages(takes: readonly Gate[], shares: readonly Gate[]): Passage[] {
  const alone = new Map(shares.map((gate) => [keyOf(gate), false]));
  for (const gate of takes) alone.set(keyOf(gate), true);
  return [...alone].map(([key, isAlone]) => ({ key, alone: isAlone })).toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** The key of a gate among PostgreSQL's advisory locks: 64 bits of a hash, so that two may share one and wait in vain. */
export function keyOf(gate: Gate): bigint {
  return createHash('sha256').update(JSON.stringify(gate)).digest().readBigInt64BE();
}
