import type { ReasonCode } from '../domain/errors.ts';
import { sortedSet, type Scope } from '../domain/vocabulary.ts';
import { ALL_SCOPES, memberRole, noScopes, OWNER, USER, type Frame, type Improvement, type Move } from './situation.ts';
import type { AccessPath, PostFacts, TiktokAccountVector } from './vectors.ts';

/** What could be better about a TikTok account: a path through a Business Center, or being its owner. */
export function accountFrames(vector: TiktokAccountVector, roles: readonly string[]): Frame[][] {
  const rest = [...advertiserRole(vector), ...accountSwitch(vector), ...post(vector.post), ...action(vector)];
  const centers = vector.paths.flatMap((path, index) => (path.via === 'BUSINESS_CENTER' ? [index] : []));
  const nearest = centers.toSorted((a, b) => distance(vector.paths[a]) - distance(vector.paths[b]));
  const through = (nearest.length > 0 ? nearest : [vector.paths.length]).map((index) => [
    ...pathMoves(vector, index),
    ...rest,
  ]);
  const owner = [[ownerMove(!vector.paths.some((path) => knowsBy(path)))]];
  return roles.includes('tiktok_account') ? [owner, through] : [through, owner];
}

const NOWHERE: AccessPath = { via: 'BUSINESS_CENTER', user_role: null, grant: 'NONE', granted: [], assigned: [] };

function pathMoves(vector: TiktokAccountVector, index: number): Improvement[] {
  const path = vector.paths[index] ?? NOWHERE;
  const become = (better: Partial<AccessPath>): Move['apply'] =>
    account(USER, (it) => ({
      ...it,
      paths: it.paths.toSpliced(index, 1, { ...(it.paths[index] ?? NOWHERE), ...better }),
    }));
  const move = (codes: ReasonCode[], better: Partial<AccessPath>, outside = false): Move => ({
    codes,
    outside,
    apply: become(better),
    less: oneMore(path, better).map(become),
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

/** The same, with one scope more than there is in place of all. */
function oneMore(path: AccessPath, better: Partial<AccessPath>): Partial<AccessPath>[] {
  const part = better.granted ? 'granted' : better.assigned ? 'assigned' : null;
  if (part === null) return [];
  const known = better.grant === 'ACTIVE' ? [] : path[part];
  const more = ALL_SCOPES.filter((scope) => !known.includes(scope));
  return more.map((scope) => ({ ...better, [part]: sortedSet([...known, scope]) }));
}

/** Where two paths lack as much, a member's is told of before an outsider's, and one that holds, or held, a grant. */
function distance(path: AccessPath = NOWHERE): number {
  return ['ACTIVE', 'REVOKED', 'NONE'].indexOf(path.grant ?? 'NONE') + (path.user_role === null ? 3 : 0);
}

/** Whether the account is no secret to whom this path belongs: a link, or membership where a grant is or was held. */
function knowsBy({ via, user_role: role, grant }: AccessPath): boolean {
  return via !== 'BUSINESS_CENTER' || (role !== null && grant !== 'NONE');
}

function ownerMove(outside: boolean): Improvement {
  const path: AccessPath = { via: 'OWNER', user_role: null, grant: null, granted: [], assigned: [] };
  return [{ codes: ['NOT_THE_OWNER'], outside, apply: account(OWNER, (it) => ({ ...it, paths: [path] })) }];
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
  const { assignee } = vector;
  if (assignee === null || assignee.member === true) return noScopes(vector);
  const codes: ReasonCode[] = [assignee.member === null ? 'MISSING_FACT' : 'NOT_A_MEMBER'];
  const member: Move = { codes, apply: account(null, (it) => ({ ...it, assignee: { member: true } })) };
  return [[member], ...noScopes(vector)];
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
