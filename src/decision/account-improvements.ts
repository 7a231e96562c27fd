import type { Reason } from '../domain/errors.ts';
import { sortedSet, type Scope } from '../domain/vocabulary.ts';
import { missing } from './reasons.ts';
import { ALL_SCOPES, memberRole, noScopes, OWNER, USER, type Frame, type Improvement, type Move } from './situation.ts';
import type { AccessPath, PostFacts, TiktokAccountVector } from './vectors.ts';

/** What could be better about a TikTok account: a path through a Business Center, or being its owner. */
export function accountFrames(vector: TiktokAccountVector, roles: readonly string[]): Frame[][] {
  const rest = [...advertiserRole(vector), ...accountSwitch(vector), ...post(vector.post), ...action(vector)];
  const nearest = centersOf(vector).toSorted((a, b) => distance(vector.paths[a]) - distance(vector.paths[b]));
  const through = (nearest.length > 0 ? nearest : [vector.paths.length]).map((index) => [
    ...pathMoves(vector, index),
    ...rest,
  ]);
  const owner = [[ownerMove]];
  return roles.includes('tiktok_account') ? [owner, through] : [through, owner];
}

/** The paths through Business Centers. Where one holds the account, others are not said to hold none. */
function centersOf({ paths }: TiktokAccountVector): number[] {
  const isHeld = paths.some(({ grant }) => grant === 'ACTIVE');
  return paths.flatMap(({ via, grant }, index) =>
    via === 'BUSINESS_CENTER' && !(isHeld && grant === 'NONE') ? [index] : [],
  );
}

/** The path of who is a member of no Business Center, through one that holds nothing. */
export const NOWHERE: AccessPath = {
  via: 'BUSINESS_CENTER',
  user_role: null,
  grant: 'NONE',
  granted: [],
  assigned: [],
};

function pathMoves(vector: TiktokAccountVector, index: number): Improvement[] {
  const path = vector.paths[index] ?? NOWHERE;
  const become = (better: Partial<AccessPath>): Move['apply'] =>
    account(USER, (it) => ({
      ...it,
      paths: it.paths.toSpliced(index, 1, { ...(it.paths[index] ?? NOWHERE), ...better }),
    }));
  const move = (reasons: Reason[], better: Partial<AccessPath>): Move => ({
    reasons,
    apply: become(better),
    less: oneMore(path, better).map(become),
  });
  const grant = move([{ code: path.grant === 'REVOKED' ? 'GRANT_REVOKED' : 'NO_GRANT' }], {
    grant: 'ACTIVE',
    granted: ALL_SCOPES,
  });
  const scope = move([{ code: 'SCOPE_NOT_GRANTED' }], { granted: ALL_SCOPES });
  const assignment = move([{ code: path.assigned.length === 0 ? 'NO_ASSIGNMENT' : 'SCOPE_NOT_ASSIGNED' }], {
    assigned: ALL_SCOPES,
  });
  return [
    ...memberRole(path.user_role, (role, reasons) => move(reasons, { user_role: role })),
    ...(path.grant === 'ACTIVE' ? [] : [[grant]]),
    ...(path.grant === 'ACTIVE' && lacks(path.granted) ? [[scope]] : []),
    ...(lacks(path.assigned) ? [[assignment]] : []),
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

const OWNER_PATH: AccessPath = { via: 'OWNER', user_role: null, grant: null, granted: [], assigned: [] };

const ownerMove: Improvement = [
  { reasons: [{ code: 'NOT_THE_OWNER' }], apply: account(OWNER, (it) => ({ ...it, paths: [OWNER_PATH] })) },
];

function advertiserRole({ advertiser_role: role }: TiktokAccountVector): Improvement[] {
  const lack: Pick<Move, 'reasons' | 'about'> =
    role === null
      ? { reasons: [missing('/action/properties/advertiser_id')], about: 'check' }
      : { reasons: [{ code: 'ADVERTISER_ROLE_INSUFFICIENT' }], about: 'subject' };
  const better = (['ANALYST', 'OPERATOR', 'ADMIN'] as const).filter((it) => it !== role);
  return [better.map((it) => ({ ...lack, apply: account(null, (vector) => ({ ...vector, advertiser_role: it })) }))];
}

function accountSwitch({ account_ad_authorization: isOn }: TiktokAccountVector): Improvement[] {
  if (isOn === true) return [];
  const reason: Reason = isOn === null ? missing('/resource/ad_authorization') : { code: 'AD_AUTHORIZATION_OFF' };
  const apply = account(null, (it) => ({ ...it, account_ad_authorization: true }));
  return [[{ reasons: [reason], about: 'resource', apply }]];
}

const OF_POST: { fact: keyof PostFacts; best: true | 'PUBLIC'; sent: string; lack: Reason }[] = [
  { fact: 'of_this_account', best: true, sent: 'tiktok_account_id', lack: { code: 'POST_OF_ANOTHER_ACCOUNT' } },
  { fact: 'visibility', best: 'PUBLIC', sent: 'visibility', lack: { code: 'POST_NOT_PUBLIC' } },
  {
    fact: 'ad_authorization',
    best: true,
    sent: 'ad_authorization',
    lack: { code: 'AD_AUTHORIZATION_OFF', says: 'POST_AD_AUTHORIZATION_OFF' },
  },
];

function post(facts: PostFacts | null): Improvement[] {
  if (!facts) return [];
  return OF_POST.filter(({ fact, best }) => facts[fact] !== best).map(({ fact, best, sent, lack }) => {
    const isSent = facts[fact] !== null;
    return [
      {
        reasons: [isSent ? lack : missing(`/action/properties/post/${sent}`)],
        about: isSent && fact === 'of_this_account' ? 'resource' : 'check',
        apply: account(null, (it) => ({ ...it, post: it.post && { ...it.post, [fact]: best } })),
      },
    ];
  });
}

function action(vector: TiktokAccountVector): Improvement[] {
  const { assignee } = vector;
  if (assignee === null || assignee.member === true) return noScopes(vector);
  const reason: Reason =
    assignee.member === null
      ? missing('/action/properties/bc_id')
      : { code: 'NOT_A_MEMBER', says: 'ASSIGNEE_NOT_A_MEMBER' };
  const apply = account(null, (it) => ({ ...it, assignee: { member: true } }));
  return [[{ reasons: [reason], about: 'check', apply }], ...noScopes(vector)];
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
