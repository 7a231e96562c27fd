import { FreezeAuthority, Scope, UserRole } from '../../domain/vocabulary.ts';
import { distinctSorted } from '../../facts/kind.ts';
import { accessPath, type AccessPath } from '../../facts/tiktok-account.ts';

// Every path that there can be has a number, so that the database can put equal sets of paths together. A path is a
// Business Center's (frozen or not x role x state of the grant, an active one with scopes granted and assigned) or an account link.

const ROLES: readonly (UserRole | null)[] = [null, ...UserRole.options];
const SCOPES = Scope.options.toSorted();
const SETS = 2 ** SCOPES.length;

/** States of a grant: none, revoked, and active with each set of scopes granted (never empty) and assigned. */
const STATES = 2 + (SETS - 1) * SETS;
const LINKS = 2 * ROLES.length * STATES;

/** How many paths there can be. */
export const PATHS = LINKS + SETS - 1;

/** The number of a set of scopes, as SQL. */
export const scopesSql = (column: string): string =>
  `(${SCOPES.map((scope, bit) => `case when '${scope}' = any(${column}) then ${2 ** bit} else 0 end`).join(' + ')})`;

/** The number of a role, as SQL. */
export const roleSql = (column: string): string =>
  `(case ${column} ${UserRole.options.map((role, index) => `when '${role}' then ${index + 1}`).join(' ')} else 0 end)`;

/** The number of a role in a Business Center that is frozen or not, as SQL. */
export const roleWhere = (role: string, isFrozen: string): string =>
  `(${role} + case when ${isFrozen} then ${ROLES.length} else 0 end)`;

const SWITCHES = [null, false, true];
const AUTHORITIES = [null, ...FreezeAuthority.exclude(['BUSINESS_CENTER']).options];

/** What is known of an account by itself has a number, too: its switch, and who froze it. As SQL. */
export const accountSql = (column: string, authority: string): string =>
  `(case when ${column} is null then 0 when ${column} then 2 else 1 end + case ${authority} ${AUTHORITIES.map(
    (it, index) => (it === null ? '' : `when '${it}' then ${index * SWITCHES.length}`),
  ).join(' ')} else 0 end)`;

/** All numbers of accounts. */
export const ACCOUNTS: readonly number[] = Array.from({ length: SWITCHES.length * AUTHORITIES.length }, (_, at) => at);

/** What is known of the accounts of a number. */
export function accountOf(code: number) {
  return {
    account_ad_authorization: SWITCHES[code % SWITCHES.length] ?? null,
    frozen_by: AUTHORITIES[Math.floor(code / SWITCHES.length)] ?? null,
  };
}

/** The number of a path through a Business Center, as SQL; `role` is that of {@link roleWhere}, `state` is 0 none, 1 revoked, 2 active. */
export function centerPathSql(parts: { role: string; state: string; granted: string; assigned: string }): string {
  const { role, state, granted, assigned } = parts;
  return `(${role} * ${STATES} + case when ${state} < 2 then ${state} else 2 + (${granted} - 1) * ${SETS} + ${assigned} end)`;
}

/** The number of an account link's path, as SQL. */
export const linkPathSql = (carried: string): string => `(${LINKS} + ${carried} - 1)`;

/** Whether a path leads through a Business Center. */
export const isThroughCenter = (code: number): boolean => code < LINKS;

/** The path of a number. */
export function pathOf(code: number): AccessPath {
  if (code >= LINKS) {
    return accessPath({ via: 'ACCOUNT_LINK', grant: null, granted: scopesOf(code - LINKS + 1) });
  }
  const state = code % STATES;
  const active = state - 2;
  const role = Math.floor(code / STATES);
  return accessPath({
    user_role: ROLES[role % ROLES.length] ?? null,
    center_frozen: role >= ROLES.length,
    grant: state === 0 ? 'NONE' : state === 1 ? 'REVOKED' : 'ACTIVE',
    granted: active < 0 ? [] : scopesOf(Math.floor(active / SETS) + 1),
    assigned: active < 0 ? [] : scopesOf(active % SETS),
  });
}

/** The paths of a set, which is written with a 1 at the number of each path in it. */
export function pathsOf(set: string): AccessPath[] {
  return distinctSorted(Array.from(set).flatMap((digit, code) => (digit === '1' ? [pathOf(code)] : [])));
}

function scopesOf(set: number): Scope[] {
  return SCOPES.filter((_, bit) => (set >> bit) & 1);
}
