import { z } from 'zod';

/** TikTok API for Business's own words, as closed sets. Each list is the one place where its values are written in code. */

/** Permission scopes of an account (TikTok: `tt_account_roles`). */
export const Scope = z.enum(['LIVE', 'POST']);
export type Scope = z.infer<typeof Scope>;

/** Role of a member in a Business Center (TikTok: `user_role`). */
export const UserRole = z.enum(['ADMIN', 'STANDARD']);
export type UserRole = z.infer<typeof UserRole>;

/** Role of a user in an ad account (TikTok: `advertiser_role`). */
export const AdvertiserRole = z.enum(['ADMIN', 'OPERATOR', 'ANALYST']);
export type AdvertiserRole = z.infer<typeof AdvertiserRole>;

/** Life of an access request. `EXPIRED` is what a pending one reads as once its time has passed. */
export const AccessRequestStatus = z.enum(['PENDING', 'APPROVED', 'DECLINED', 'CANCELLED', 'EXPIRED', 'VOID']);
export type AccessRequestStatus = z.infer<typeof AccessRequestStatus>;

/** What an API key may be used for. */
export const KeyPermission = z.enum(['act-as', 'admin', 'audit', 'check', 'relationships']);
export type KeyPermission = z.infer<typeof KeyPermission>;

/** An id given by another system: opaque, 1 to 128 characters, no control characters (PostgreSQL text cannot hold NUL). */
export const OutsideId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\p{Cc}\p{Cs}\uFFFD]+$/u, 'must be well-formed text without control characters');

/** A non-empty set of scopes, sorted and free of doubles. */
export const Scopes = z
  .array(Scope)
  .min(1, 'name at least one scope: POST, LIVE')
  .transform((scopes) => sortedSet(scopes));

/** Equal sets read equal: sorted, each value once. */
export function sortedSet<T extends string>(values: readonly T[]): T[] {
  return [...new Set(values)].toSorted();
}

/** A name for people: 1 to 256 characters without control characters. */
export const DisplayName = z
  .string()
  .trim()
  .min(1)
  .max(256)
  .regex(/^[^\p{Cc}\p{Cs}\uFFFD]+$/u, 'must be well-formed text without control characters');
