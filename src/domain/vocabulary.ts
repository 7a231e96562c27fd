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

/** Unicode's white space, and format characters that nobody sees: at the edge of an id they make it look like another. */
const UNSEEN =
  '\\p{White_Space}\\u00AD\\u061C\\u180E\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u2064\\u2066-\\u206F\\uFEFF';
/** Controls (PostgreSQL text cannot hold NUL), lone surrogates, and what stands where text was not UTF-8. */
const UNUSABLE = '\\p{Cc}\\p{Cs}\\uFFFD';
const ID = new RegExp(`^(?!\\.\\.?$)[^${UNUSABLE}${UNSEEN}](?:[^${UNUSABLE}]{0,126}[^${UNUSABLE}${UNSEEN}])?$`, 'u');

/**
 * An id given by another system, opaque: 1 to 128 characters (code points, as JSON Schema and PostgreSQL count) without
 * controls and without white space around them. `.` and `..` are none: as a part of a path they would lead elsewhere.
 */
export const OutsideId = z
  .string()
  .regex(ID, { error: ({ input }) => (typeof input === 'string' ? idFault(input) : undefined) })
  .meta({ minLength: 1, maxLength: 128 });

function idFault(text: string): string {
  if (text === '') return 'must not be empty';
  if (text === '.' || text === '..') return 'must not be "." or ".."';
  if (!/^.{1,128}$/su.test(text)) return 'must have at most 128 characters';
  if (new RegExp(`[${UNUSABLE}]`, 'u').test(text)) return 'must be well-formed text without control characters';
  return 'must not begin or end with white space or with characters that are not seen';
}

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
  .regex(new RegExp(`^[^${UNUSABLE}]+$`, 'u'), 'must be well-formed text without control characters');
