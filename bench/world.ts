import type { FactLine } from '../src/domain/import/fact-line.ts';
import type { Scope } from '../src/domain/vocabulary.ts';

/**
 * A made-up world, computed from numbers alone, so that nothing of it needs to be kept. Each Business Center has 1,000
 * relationships: 100 members (4 of them administrators), 60 account grants, 530 assignments, 290 roles in its 10 ad
 * accounts, and 20 account links. Some people are in two Business Centers and consultants in ten; a sixth of the
 * accounts is granted to two, and four famous ones to every fourth.
 */
export const OF_A_CENTER = {
  relationships: 1000,
  members: 100,
  grants: 60,
  assignments: 530,
  roles: 290,
  adAccounts: 10,
};
export const LINKS = 20;
const ADMINS = 4;

/**
 * One Business Center as large as TikTok lets it be. Its administrator may view 800 accounts, of which the first is
 * assigned to all of its 4,000 members, and four more to `member` alone.
 */
export const LARGE = {
  relationships: 4000 + 800 + 4004,
  bc: 'bc-large',
  members: 4000,
  grants: 800,
  admin: 'large-user-0',
  member: 'large-user-1',
  user: (i: number): string => `large-user-${i}`,
  account: (j: number): string => `large-account-${j}`,
};

export const bcId = (b: number): string => `bc-${b}`;
export const adAccount = (b: number, x: number): string => `adv-${b}-${x}`;

export function member(b: number, i: number): string {
  return i === OF_A_CENTER.members - 1 ? `consultant-${Math.floor(b / 10)}` : `user-${b * 95 + i}`;
}

/** The account of the j-th grant: an own one, one shared with the next Business Center, or a famous one. */
export function account(b: number, j: number): string {
  return j === OF_A_CENTER.grants - 1 ? `famous-${b % 4}` : `account-${b * 50 + j}`;
}

const POST: Scope[] = ['POST'];
const LIVE: Scope[] = ['LIVE'];
const BOTH: Scope[] = ['LIVE', 'POST'];

const granted = (j: number): Scope[] => [POST, POST, BOTH, POST, BOTH, LIVE][j % 6]!;

/** The k-th assignment: which member holds which grant, with which scopes. */
export function assignment(k: number): { i: number; j: number; scopes: Scope[] } {
  const j = k % OF_A_CENTER.grants;
  const turn = Math.floor(k / OF_A_CENTER.grants);
  const i = ADMINS + ((j * 11 + turn * 13) % (OF_A_CENTER.members - ADMINS));
  return { i, j, scopes: granted(j) === BOTH ? [POST, LIVE, BOTH][turn % 3]! : granted(j) };
}

/** The k-th role in an ad account. */
export function role(k: number): { i: number; x: number; role: 'OPERATOR' | 'ADMIN' | 'ANALYST' } {
  const i = k % OF_A_CENTER.members;
  const turn = Math.floor(k / OF_A_CENTER.members);
  return {
    i,
    x: (i + turn * 3) % OF_A_CENTER.adAccounts,
    role: (['OPERATOR', 'ADMIN', 'ANALYST'] as const)[(i + turn) % 3]!,
  };
}

/** The l-th account link of a Business Center's people. */
export function link(l: number): { i: number; j: number } {
  return { i: 20 + l, j: l };
}

/** Every fact of a world with so many Business Centers, what is named before what names it. */
export function* facts(centers: number): Generator<FactLine> {
  for (let n = 0; n < 4; n += 1)
    yield { type: 'tiktok_account', id: `famous-${n}`, handle: `@famous${n}`, ad_authorization: true };
  for (let n = 0; n < centers * 50 + 9; n += 1) {
    const switched = n % 20 === 0 ? false : n % 10 === 1 ? null : true;
    yield { type: 'tiktok_account', id: `account-${n}`, handle: `@account${n}`, ad_authorization: switched };
  }
  for (let b = 0; b < centers; b += 1) yield* factsOf(b);
  yield* factsOfLarge();
}

function* factsOfLarge(): Generator<FactLine> {
  const { bc, members, grants, user, account: nth } = LARGE;
  yield { type: 'business_center', bc_id: bc, name: 'Large Agency' };
  for (let i = 0; i < members; i += 1) {
    yield { type: 'member', bc_id: bc, user_id: user(i), user_role: i === 0 ? 'ADMIN' : 'STANDARD' };
  }
  for (let j = 0; j < grants; j += 1) {
    yield { type: 'tiktok_account', id: nth(j), handle: `@large${j}`, ad_authorization: true };
    yield { type: 'account_grant', bc_id: bc, tiktok_account_id: nth(j), scopes: granted(j) };
  }
  const assigned = (i: number, j: number): FactLine => ({
    type: 'assignment',
    bc_id: bc,
    tiktok_account_id: nth(j),
    user_id: user(i),
    scopes: granted(j),
  });
  for (let i = 0; i < members; i += 1) yield assigned(i, 0);
  for (let j = 1; j < 5; j += 1) yield assigned(1, j);
}

function* factsOf(b: number): Generator<FactLine> {
  const bc = { bc_id: bcId(b) };
  yield { type: 'business_center', ...bc, name: `Agency ${b}` };
  for (let x = 0; x < OF_A_CENTER.adAccounts; x += 1) {
    yield { type: 'ad_account', advertiser_id: adAccount(b, x), name: `Campaigns ${x}`, ...bc };
  }
  for (let i = 0; i < OF_A_CENTER.members; i += 1) {
    yield { type: 'member', ...bc, user_id: member(b, i), user_role: i < ADMINS ? 'ADMIN' : 'STANDARD' };
  }
  for (let j = 0; j < OF_A_CENTER.grants; j += 1) {
    yield { type: 'account_grant', ...bc, tiktok_account_id: account(b, j), scopes: granted(j) };
  }
  for (let k = 0; k < OF_A_CENTER.assignments; k += 1) {
    const { i, j, scopes } = assignment(k);
    yield { type: 'assignment', ...bc, tiktok_account_id: account(b, j), user_id: member(b, i), scopes };
  }
  for (let k = 0; k < OF_A_CENTER.roles; k += 1) {
    const { i, x, role: advertiser_role } = role(k);
    yield { type: 'ad_account_member', advertiser_id: adAccount(b, x), user_id: member(b, i), advertiser_role };
  }
  for (let l = 0; l < LINKS; l += 1) {
    const { i, j } = link(l);
    yield {
      type: 'account_link',
      tiktok_account_id: account(b, j),
      user_id: member(b, i),
      scopes: l % 2 === 0 ? POST : BOTH,
    };
  }
}
