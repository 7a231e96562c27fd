import type { ReasonCode } from '../domain/errors.ts';
import { Scope } from '../domain/vocabulary.ts';
import type { Projection } from './project.ts';
import type { AccessPath, AccessRequestVector, PostFacts, TiktokAccountVector } from './vectors.ts';

/** A situation as the PDP would see it. */
export interface Situation {
  roles: readonly string[];
  projection: Projection;
}

/** One fact moved to a better value; the codes name what is missing where it takes this move to be allowed. */
export interface Move {
  codes: ReasonCode[];
  /** Moving it tells that the subject stands outside, so that the resource's existence is private. */
  outside?: boolean;
  apply: (situation: Situation) => Situation;
}

/** One fact that could be better, with the values that it could move to, the smallest first. */
export type Improvement = readonly Move[];

/** One way by which the situation could become allowed: improvements that belong together. */
export type Frame = readonly Improvement[];

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

const ALL_SCOPES = Scope.options;
const USER = ['user'];
const OWNER = ['tiktok_account'];

function accountFrames(vector: TiktokAccountVector, roles: readonly string[]): Frame[][] {
  const rest = [...advertiserRole(vector), ...accountSwitch(vector), ...post(vector.post), ...action(vector)];
  const centers = vector.paths.flatMap((path, index) => (path.via === 'BUSINESS_CENTER' ? [index] : []));
  const through = (centers.length > 0 ? centers : [vector.paths.length]).map((index) => [
    ...pathMoves(vector, index),
    ...rest,
  ]);
  const owner = [[ownerMove()]];
  return roles.includes('tiktok_account') ? [owner, through] : [through, owner];
}

const NOWHERE: AccessPath = { via: 'BUSINESS_CENTER', user_role: null, grant: 'NONE', granted: [], assigned: [] };

function pathMoves(vector: TiktokAccountVector, index: number): Improvement[] {
  const path = vector.paths[index] ?? NOWHERE;
  const move = (codes: ReasonCode[], better: Partial<AccessPath>, outside = false): Move => ({
    codes,
    outside,
    apply: account(USER, (it) => ({
      ...it,
      paths: it.paths.toSpliced(index, 1, { ...(it.paths[index] ?? NOWHERE), ...better }),
    })),
  });
  const grant: Move =
    path.grant === 'REVOKED'
      ? move(['GRANT_REVOKED'], { grant: 'ACTIVE', granted: ALL_SCOPES })
      : move(['NO_GRANT'], { grant: 'ACTIVE', granted: ALL_SCOPES }, true);
  return [
    ...memberRole(path.user_role, (role, codes) => move(codes, { user_role: role }, path.user_role === null)),
    ...(path.grant === 'ACTIVE' ? [] : [[grant]]),
    ...(path.grant === 'ACTIVE' && lacks(path.granted) ? [[move(['SCOPE_NOT_GRANTED'], { granted: ALL_SCOPES })]] : []),
    ...(lacks(path.assigned)
      ? [[move([path.assigned.length === 0 ? 'NO_ASSIGNMENT' : 'SCOPE_NOT_ASSIGNED'], { assigned: ALL_SCOPES })]]
      : []),
  ];
}

function ownerMove(): Improvement {
  const path: AccessPath = { via: 'OWNER', user_role: null, grant: null, granted: [], assigned: [] };
  return [{ codes: ['NOT_THE_OWNER'], apply: account(OWNER, (it) => ({ ...it, paths: [path] })) }];
}

function advertiserRole({ advertiser_role: role }: TiktokAccountVector): Improvement[] {
  const codes: ReasonCode[] = [role === null ? 'MISSING_FACT' : 'ADVERTISER_ROLE_INSUFFICIENT'];
  const better = (['ANALYST', 'OPERATOR', 'ADMIN'] as const).filter((it) => it !== role);
  return [better.map((it) => ({ codes, apply: account(null, (vector) => ({ ...vector, advertiser_role: it })) }))];
}

function accountSwitch(vector: TiktokAccountVector): Improvement[] {
  if (vector.account_ad_authorization === true) return [];
  const codes: ReasonCode[] = [vector.account_ad_authorization === null ? 'MISSING_FACT' : 'AD_AUTHORIZATION_OFF'];
  return [[{ codes, apply: account(null, (it) => ({ ...it, account_ad_authorization: true })) }]];
}

function post(facts: PostFacts | null): Improvement[] {
  if (!facts) return [];
  const move = (code: ReasonCode, fact: unknown, better: Partial<PostFacts>): Improvement => [
    {
      codes: [fact === null ? 'MISSING_FACT' : code],
      apply: account(null, (it) => ({ ...it, post: it.post && { ...it.post, ...better } })),
    },
  ];
  return [
    ...(facts.of_this_account
      ? []
      : [move('POST_OF_ANOTHER_ACCOUNT', facts.of_this_account, { of_this_account: true })]),
    ...(facts.visibility === 'PUBLIC' ? [] : [move('POST_NOT_PUBLIC', facts.visibility, { visibility: 'PUBLIC' })]),
    ...(facts.ad_authorization
      ? []
      : [move('AD_AUTHORIZATION_OFF', facts.ad_authorization, { ad_authorization: true })]),
  ];
}

function action(vector: TiktokAccountVector): Improvement[] {
  const member: Move = {
    codes: ['NOT_A_MEMBER'],
    apply: account(null, (it) => ({ ...it, assignee: { member: true } })),
  };
  return [...(vector.assignee?.member === false ? [[member]] : []), ...noScopes(vector)];
}

function noScopes(vector: { scopes: Scope[] | null }): Improvement[] {
  if (vector.scopes?.length !== 0) return [];
  const apply = ({ roles, projection }: Situation): Situation => {
    if (projection.kind === 'access_request') return { roles, projection };
    const scopes = { scopes: ALL_SCOPES };
    return projection.kind === 'tiktok_account'
      ? { roles, projection: { ...projection, vector: { ...projection.vector, ...scopes } } }
      : { roles, projection: { ...projection, vector: { ...projection.vector, ...scopes } } };
  };
  return [[{ codes: ['MISSING_FACT'], apply }]];
}

/** From no member to member to administrator. */
function memberRole(
  role: 'ADMIN' | 'STANDARD' | null,
  move: (role: 'ADMIN' | 'STANDARD', codes: ReasonCode[]) => Move,
): Improvement[] {
  if (role === 'ADMIN') return [];
  if (role === 'STANDARD') return [[move('ADMIN', ['NOT_AN_ADMIN'])]];
  return [[move('STANDARD', ['NOT_A_MEMBER']), move('ADMIN', ['NOT_A_MEMBER', 'NOT_AN_ADMIN'])]];
}

function asRole(role: 'ADMIN' | 'STANDARD', codes: ReasonCode[]): Move {
  return {
    codes,
    outside: codes.includes('NOT_A_MEMBER'),
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
      : [[{ codes: ['REQUEST_NOT_PENDING'], apply: request(null, { status: 'PENDING' }) }]];
  const requester: Improvement[] =
    vector.requester_role === 'ADMIN'
      ? []
      : [[{ codes: ['NOT_AN_ADMIN'], apply: request(null, { requester_role: 'ADMIN' }) }]];
  const member = memberRole(vector.user_role, (role, codes) => ({
    codes,
    outside: codes.includes('NOT_A_MEMBER'),
    apply: request(USER, { user_role: role }),
  }));
  const owner: Improvement[] = vector.owner
    ? []
    : [[{ codes: ['NOT_THE_OWNER'], apply: request(OWNER, { owner: true }) }]];
  const rest = [...pending, ...requester];
  const asMember = [[...member, ...rest]];
  const asOwner = [[...owner, ...rest]];
  return roles.includes('tiktok_account') ? [asOwner, asMember] : [asMember, asOwner];
}

function lacks(scopes: readonly Scope[]): boolean {
  return scopes.length < ALL_SCOPES.length;
}

/** A move of a TikTok account's vector; `roles` null = whoever asks. */
function account(
  roles: readonly string[] | null,
  better: (vector: TiktokAccountVector) => TiktokAccountVector,
): Move['apply'] {
  return (situation) =>
    situation.projection.kind === 'tiktok_account'
      ? {
          roles: roles ?? situation.roles,
          projection: { ...situation.projection, vector: better(situation.projection.vector) },
        }
      : situation;
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
