import type { Reason } from '../domain/errors.ts';
import { Scope, type UserRole } from '../domain/vocabulary.ts';
import type { Projection } from './project.ts';

/** A situation as the PDP would see it. */
export interface Situation {
  roles: readonly string[];
  projection: Projection;
}

/** One fact moved to a better value; the reasons say what is missing where it takes this move to be allowed. */
export interface Move {
  reasons: readonly Reason[];
  /** What the fact is about; absent = what holds between subject and resource. The check: what was sent with it. */
  about?: 'check' | 'subject' | 'resource';
  apply: (situation: Situation) => Situation;
  /** The same fact moved less far, the least first: tried when the smallest change is told, and never for the reasons. */
  less?: readonly Move['apply'][];
}

/** One fact that could be better, with the values that it could move to, the smallest first. */
export type Improvement = readonly Move[];

/** One way by which the situation could become allowed: improvements that belong together. */
export type Frame = readonly Improvement[];

export const ALL_SCOPES: Scope[] = Scope.options;

/** Who a person is, and who an account's owner is, to the policies. */
export const USER = ['user'];
export const OWNER = ['tiktok_account'];

/** From no member to member to administrator. */
export function memberRole(role: UserRole | null, move: (role: UserRole, reasons: Reason[]) => Move): Improvement[] {
  const member: Reason = { code: 'NOT_A_MEMBER' };
  const administrator: Reason = { code: 'NOT_AN_ADMIN' };
  if (role === 'ADMIN') return [];
  if (role === 'STANDARD') return [[move('ADMIN', [administrator])]];
  return [[move('STANDARD', [member]), move('ADMIN', [member, administrator])]];
}

/** An action that names an empty set of scopes names too few. */
export function noScopes(vector: { scopes: Scope[] | null }): Improvement[] {
  if (vector.scopes?.length !== 0) return [];
  const apply = ({ roles, projection }: Situation): Situation => {
    if (projection.kind === 'access_request') return { roles, projection };
    const scopes = { scopes: ALL_SCOPES };
    return projection.kind === 'tiktok_account'
      ? { roles, projection: { ...projection, vector: { ...projection.vector, ...scopes } } }
      : { roles, projection: { ...projection, vector: { ...projection.vector, ...scopes } } };
  };
  const reason: Reason = { code: 'MISSING_FACT', says: 'NO_SCOPE_NAMED', fact: '/action/properties/scopes' };
  return [[{ reasons: [reason], about: 'check', apply }]];
}
