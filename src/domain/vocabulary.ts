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

/** What can be frozen (R13). */
export const FrozenKind = z.enum(['business_center', 'tiktok_account', 'ad_account']);
export type FrozenKind = z.infer<typeof FrozenKind>;

/**
 * Who froze something, from the highest: an unconfined administrator key, an administrator of the Business Center that
 * it is or belongs to, the owner of the account.
 */
export const FreezeAuthority = z.enum(['SERVICE', 'BUSINESS_CENTER', 'OWNER']);
export type FreezeAuthority = z.infer<typeof FreezeAuthority>;

/** What an API key may be used for. */
export const KeyPermission = z.enum(['act-as', 'admin', 'audit', 'check', 'relationships']);
export type KeyPermission = z.infer<typeof KeyPermission>;

/**
 * Parts of character classes. JSON Schema leaves the dialect of patterns open, so each character stands for itself or has
 * one of the escapes that JavaScript, Python and RE2 share. U+FEFF is hidden in a range, since Go takes none in its sources:
 * its neighbours are no characters yet.
 */
const CONTROLS = String.raw`\x00-\x1F\x7F-\x9F`;
/** Controls (PostgreSQL text cannot hold NUL), and what stands where text was not UTF-8. */
const UNUSABLE = `${CONTROLS}\uFFFD`;
/** White space beyond the controls, as `trim` knows it. */
const SPACES = ' \u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFE-\uFF00';
/** White space, and format characters that nobody sees: at the edge of an id they make it look like another. */
const UNSEEN = `${UNUSABLE} \u00A0\u00AD\u061C\u1680\u180E\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\uFEFE-\uFF00`;

const ID = `^(?:[^.${UNSEEN}][^${UNSEEN}]?|[.][^.${UNSEEN}]|[^${UNSEEN}][^${UNUSABLE}]+[^${UNSEEN}])$`;

/**
 * Text of 1 to `most` characters (code points, as JSON Schema and PostgreSQL count) that fits a pattern; the document
 * tells the same pattern and lengths.
 * @param faultOf what is wrong with text that is refused
 */
function textOf(pattern: string, most: number, faultOf: (text: string) => string) {
  const fitting = new RegExp(pattern, 'u');
  const fits = (text: string): boolean => text.isWellFormed() && fitting.test(text) && !isLonger(text, most);
  return z
    .string()
    .refine(fits, { error: ({ input }) => faultOf(String(input)) })
    .meta({ minLength: 1, maxLength: most, pattern });
}

function isLonger(text: string, most: number): boolean {
  return text.length > most && Array.from(text).length > most;
}

/**
 * An id given by another system, opaque: 1 to 128 characters without controls and without white space around them. `.`
 * and `..` are none: as a part of a path they would lead elsewhere.
 */
export const OutsideId = textOf(ID, 128, idFault);

function idFault(text: string): string {
  if (text === '') return 'must not be empty';
  if (text === '.' || text === '..') return 'must not be "." or ".."';
  if (isLonger(text, 128)) return 'must have at most 128 characters';
  if (!isPlain(text)) return NOT_PLAIN;
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

const NOT_PLAIN = 'must be well-formed text without control characters';

function isPlain(text: string): boolean {
  return text.isWellFormed() && !new RegExp(`[${UNUSABLE}]`, 'u').test(text);
}

/** A name for people: 1 to `most` characters without control characters, some of which are seen. */
export function displayName(most: number) {
  const pattern = `^[${SPACES}]*[^${SPACES}${UNUSABLE}][^${UNUSABLE}]*$`;
  return textOf(pattern, most, (text) => {
    if (isLonger(text, most)) return `Too big: expected string to have <=${most} characters`;
    return isPlain(text) ? 'Too small: expected string to have >=1 characters' : NOT_PLAIN;
  }).trim();
}
export const DisplayName = displayName(256);

/** An email address as people write it, in any script (RFC 6531): told to people, never written to. */
export const Email = textOf(
  `^[^@${SPACES}${UNUSABLE}]+@[^@.${SPACES}${UNUSABLE}]+([.][^@.${SPACES}${UNUSABLE}]+)+$`,
  254,
  (text) => (isLonger(text, 254) ? 'must have at most 254 characters' : 'must be an email address'),
);

/** The name of an action: 1 to 256 characters without controls. */
export const ActionName = textOf(`^[^${CONTROLS}]+$`, 256, (text) => {
  if (text === '') return 'Too small: expected string to have >=1 characters';
  return isLonger(text, 256)
    ? 'Too big: expected string to have <=256 characters'
    : 'must not contain control characters';
});
