import type { Reason } from '../domain/errors.ts';
import type { UserRole } from '../domain/vocabulary.ts';
import { accountFrames } from './account-improvements.ts';
import {
  memberRole,
  noScopes,
  OWNER,
  USER,
  type Frame,
  type Improvement,
  type Move,
  type Situation,
} from './situation.ts';
import type { AccessRequestVector } from './vectors.ts';

/** Every way by which this situation could become better, in tiers: a later tier counts where no earlier one helps. */
export function framesOf(situation: Situation): Frame[][] {
  const { projection } = situation;
  switch (projection.kind) {
    case 'tiktok_account':
      return accountFrames(projection.vector, situation.roles);
    case 'business_center':
      return [[[...memberRole(projection.vector.user_role, asRole), ...noScopes(projection.vector)]]];
    case 'access_request':
      return requestFrames(projection.vector, situation.roles);
  }
}

function asRole(role: UserRole, reasons: Reason[]): Move {
  return {
    reasons,
    apply: ({ projection }) => ({
      roles: USER,
      projection:
        projection.kind === 'business_center'
          ? { ...projection, vector: { ...projection.vector, user_role: role } }
          : projection,
    }),
  };
}

function requestFrames(vector: AccessRequestVector, roles: readonly string[]): Frame[][] {
  const pending: Improvement[] =
    vector.status === 'PENDING'
      ? []
      : [[{ ...ofRequest({ code: 'REQUEST_NOT_PENDING' }), apply: request(null, { status: 'PENDING' }) }]];
  const requester: Improvement[] =
    vector.requester_role === 'ADMIN'
      ? []
      : [
          [
            {
              ...ofRequest({ code: 'NOT_AN_ADMIN', says: 'REQUESTER_NOT_AN_ADMIN' }),
              apply: request(null, { requester_role: 'ADMIN' }),
            },
          ],
        ];
  const member = memberRole(vector.user_role, (role, reasons) => ({
    reasons,
    apply: request(USER, { user_role: role }),
  }));
  const owner: Improvement[] = vector.owner
    ? []
    : [
        [
          {
            reasons: [{ code: 'NOT_THE_OWNER', says: 'REQUEST_OF_ANOTHER' }],
            apply: request(OWNER, { owner: true }),
          },
        ],
      ];
  const rest = [...pending, ...requester];
  const asMember = [[...member, ...rest]];
  const asOwner = [[...owner, ...rest]];
  return roles.includes('tiktok_account') ? [asOwner, asMember] : [asMember, asOwner];
}

function ofRequest(reason: Reason): Pick<Move, 'reasons' | 'about'> {
  return { reasons: [reason], about: 'resource' };
}

function request(roles: readonly string[] | null, better: Partial<AccessRequestVector>): Move['apply'] {
  return (situation) =>
    situation.projection.kind === 'access_request'
      ? {
          roles: roles ?? situation.roles,
          projection: { ...situation.projection, vector: { ...situation.projection.vector, ...better } },
        }
      : situation;
}
