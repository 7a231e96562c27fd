import { account, adAccount, assignment, link, member, OF_A_CENTER, role } from './world.ts';

/** The body of one evaluation. */
export interface Question {
  subject: { type: string; id: string };
  action: { name: string; properties: Record<string, unknown> };
  resource: { type: string; id: string };
}

/** Who asks about which account, in which ad account; numbers of the world. */
interface Triple {
  user: string;
  account: string;
  advertiser: string;
  post?: { visibility?: string; ad_authorization?: boolean };
}

type Pick = (below: number) => number;

/** Of a hundred checks so many are of each sort; what the answer is depends on the scopes and switches besides. */
const SORTS: readonly [share: number, draw: (b: number, centers: number, pick: Pick) => Triple][] = [
  [45, (b, _, pick) => assigned(b, pick)],
  [10, (b, _, pick) => ({ ...assigned(b, pick), advertiser: adAccount(b, pick(OF_A_CENTER.adAccounts)) })],
  [8, (b, _, pick) => ({ ...assigned(b, pick), post: pick(2) === 0 ? { visibility: 'FRIENDS' } : { ad_authorization: false } })],
  [5, (b, _, pick) => linked(b, pick)],
  [12, (b, _, pick) => ({ ...running(b, pick), account: account(b, pick(OF_A_CENTER.grants)) })],
  [10, (b, centers, pick) => ({ ...running(b, pick), account: account(pick(centers), pick(OF_A_CENTER.grants)) })],
  [10, (b, _, pick) => ({ ...assigned(b, pick), user: `stranger-${pick(1_000_000)}` })],
];

const ACTIONS = [...Array<string>(7).fill('create_spark_ad'), 'read_profile', 'read_public_videos', 'read_live_videos'];

/** A member's assignment, and an ad account in which this member has some role. */
function assigned(b: number, pick: Pick): Triple {
  const { i, j } = assignment(pick(OF_A_CENTER.assignments));
  const { x } = role(i + OF_A_CENTER.members * pick(i < 90 ? 3 : 2));
  return { user: member(b, i), account: account(b, j), advertiser: adAccount(b, x) };
}

function linked(b: number, pick: Pick): Triple {
  const { i, j } = link(pick(20));
  return { user: member(b, i), account: account(b, j), advertiser: adAccount(b, pick(OF_A_CENTER.adAccounts)) };
}

/** A member with some ad account of theirs. */
function running(b: number, pick: Pick): Omit<Triple, 'account'> {
  const { i, x } = role(pick(OF_A_CENTER.roles));
  return { user: member(b, i), advertiser: adAccount(b, x) };
}

/** Checks without end, no user, account and ad account together twice. The same seed gives the same checks. */
export function* draw(centers: number, seed = 1): Generator<Question, never> {
  const pick = picker(seed);
  const drawn = new Set<string>();
  for (;;) {
    const triple = sort(pick(100))(pick(centers), centers, pick);
    const key = `${triple.user} ${triple.account} ${triple.advertiser}`;
    if (drawn.has(key)) continue;
    drawn.add(key);
    yield question(triple, ACTIONS[pick(ACTIONS.length)]!);
  }
}

function sort(at: number): (typeof SORTS)[number][1] {
  let sum = 0;
  return SORTS.find(([share]) => (sum += share) > at)![1];
}

function question({ user, account: id, advertiser, post }: Triple, name: string): Question {
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
