import { account, adAccount, assignment, link, LINKS, member, OF_A_CENTER, role } from './world.ts';

/** The body of one evaluation. */
export interface Question {
  subject: { type: string; id: string };
  action: { name: string; properties: Record<string, unknown> };
  resource: { type: string; id: string };
}

/** Who asks what about which account, in which ad account. */
interface Asked {
  user: string;
  account: string;
  advertiser: string;
  action?: string;
  post?: { visibility?: string; ad_authorization?: boolean };
}

/** A number from 0 up to, but not, this one. */
type Pick = (below: number) => number;
type Sort = (b: number, centers: number, pick: Pick) => Asked;

/** Of a hundred checks so many are of each sort. Scopes and switches then decide between ALLOW and several reasons. */
const SORTS: readonly [share: number, sort: Sort][] = [
  // Members who may use the account: for an ad, and to look at it.
  [30, (b, _, pick) => assigned(b, pick)],
  [
    30,
    (b, centers, pick) => ({ ...assigned(b, pick), advertiser: anyAdAccount(centers, pick), action: READS[pick(3)]! }),
  ],
  // The same in an ad account where they have hardly ever a role; with a post that may not be used.
  [8, (b, _, pick) => ({ ...assigned(b, pick), advertiser: adAccount(b, pick(OF_A_CENTER.adAccounts)) })],
  [7, (b, _, pick) => ({ ...assigned(b, pick), post: UNUSABLE[pick(2)]! })],
  // By an account link of their own.
  [5, (b, centers, pick) => ({ ...linked(b, pick), advertiser: anyAdAccount(centers, pick), action: READS[pick(3)]! })],
  // Members whom the account is hardly ever assigned to, or whose Business Center does not hold it; people of nowhere.
  [8, (b, _, pick) => ({ ...running(b, pick), account: account(b, pick(OF_A_CENTER.grants)) })],
  [6, (b, centers, pick) => ({ ...running(b, pick), account: account(pick(centers), pick(OF_A_CENTER.grants)) })],
  [6, (b, _, pick) => ({ ...assigned(b, pick), user: `stranger-${pick(1_000_000)}` })],
];
const READS = ['read_profile', 'read_public_videos', 'read_live_videos'];
const UNUSABLE = [{ visibility: 'FRIENDS' }, { ad_authorization: false }];

/** A member's assignment, and an ad account in which this member may run ads. */
function assigned(b: number, pick: Pick): Asked {
  const { i, j } = assignment(pick(OF_A_CENTER.assignments));
  const roles = [0, 1, 2].map((turn) => i + OF_A_CENTER.members * turn).filter((k) => k < OF_A_CENTER.roles);
  const able = roles.map(role).filter((it) => it.role !== 'ANALYST');
  const { x } = able[pick(able.length)]!;
  return { user: member(b, i), account: account(b, j), advertiser: adAccount(b, x) };
}

function linked(b: number, pick: Pick): Omit<Asked, 'advertiser'> {
  const { i, j } = link(pick(LINKS));
  return { user: member(b, i), account: account(b, j) };
}

/** A member, with an ad account in which this member has some role. */
function running(b: number, pick: Pick): Omit<Asked, 'account'> {
  const { i, x } = role(pick(OF_A_CENTER.roles));
  return { user: member(b, i), advertiser: adAccount(b, x) };
}

function anyAdAccount(centers: number, pick: Pick): string {
  return adAccount(pick(centers), pick(OF_A_CENTER.adAccounts));
}

/** Checks without end, no user, account and ad account together twice. The same seed draws the same checks. */
export function* draw(centers: number, seed = 1): Generator<Question, never> {
  const pick = picker(seed);
  const drawn = new Set<string>();
  for (;;) {
    const sort = SORTS_BY_SHARE[pick(SORTS_BY_SHARE.length)]!;
    for (let tries = 0; tries < 100; tries += 1) {
      const asked = sort(pick(centers), centers, pick);
      const key = `${asked.user} ${asked.account} ${asked.advertiser}`;
      if (drawn.has(key)) continue;
      drawn.add(key);
      yield question(asked);
      break;
    }
  }
}

const SORTS_BY_SHARE = SORTS.flatMap(([share, sort]) => Array<Sort>(share).fill(sort));

function question({ user, account: id, advertiser, action: name = 'create_spark_ad', post }: Asked): Question {
  const facts = { tiktok_account_id: id, visibility: 'PUBLIC', ad_authorization: true, ...post };
  return {
    subject: { type: 'user', id: user },
    action: { name, properties: { advertiser_id: advertiser, post: facts } },
    resource: { type: 'tiktok_account', id },
  };
}

/** Mulberry32. */
function picker(seed: number): Pick {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
