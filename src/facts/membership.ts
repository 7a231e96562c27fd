import type { Reason } from '../domain/errors.ts';
import { Scope, UserRole, sortedSet } from '../domain/vocabulary.ts';
import type { Better } from './kind.ts';
import { slice } from './slice.ts';

/** The subject's roles in the Business Centers of a question. */
export const MEMBERSHIP = slice({
  name: 'membership',
  on: ['subject', 'center'],
  center: 'c.bc_id',
  columns: { user_role: 'm.user_role' },
  from: `center c cross join lateral (
       select m.user_role from member m
        where m.user_id = c.user_id and m.bc_id = c.bc_id and m.valid_to is null
        limit 1
     ) m`,
});

/** A role in a Business Center as it is stored; null: not a member. */
export function userRole(value: string | null | undefined): UserRole | null {
  return value == null ? null : UserRole.parse(value);
}

/** Roles in a Business Center, from the least to the most. */
export const ROLES: readonly (UserRole | null)[] = [null, 'STANDARD', 'ADMIN'];

/** From no member to member to administrator. */
export function betterRole(role: UserRole | null): Better[] {
  const member: Reason = { code: 'NOT_A_MEMBER' };
  const administrator: Reason = { code: 'NOT_AN_ADMIN' };
  if (role === 'ADMIN') return [];
  if (role === 'STANDARD') return [{ to: 'ADMIN', lacks: [administrator] }];
  return [
    { to: 'STANDARD', lacks: [member] },
    { to: 'ADMIN', lacks: [member, administrator] },
  ];
}

export const ALL_SCOPES: readonly Scope[] = Scope.options;

/** A set of scopes as it is stored. */
export function scopesOf(values: readonly string[] | null | undefined): Scope[] {
  return sortedSet((values ?? []).map((value) => Scope.parse(value)));
}

/** All scopes, or one more than there are. */
export function moreScopes(now: readonly Scope[], lack: Reason): Better[] {
  const more = ALL_SCOPES.filter((scope) => !now.includes(scope));
  if (more.length === 0) return [];
  return [{ to: ALL_SCOPES, lacks: [lack], less: more.map((scope) => ({ to: sortedSet([...now, scope]) })) }];
}

/** An action that names an empty set of scopes names too few. */
export function someScopes(named: readonly Scope[] | null): Better[] {
  if (named?.length !== 0) return [];
  return [
    { to: ALL_SCOPES, lacks: [{ code: 'MISSING_FACT', says: 'NO_SCOPE_NAMED', fact: '/action/properties/scopes' }] },
  ];
}

/** The one value that is better than any other. */
export function best<T>(value: T, lack: (now: T) => Reason): (now: T) => Better[] {
  return (now) => (now === value ? [] : [{ to: value, lacks: [lack(now)] }]);
}

/** A fact that was neither sent nor stored, by where it would stand in the check (JSON Pointer). */
export function missing(fact: string): Reason {
  return { code: 'MISSING_FACT', fact };
}
