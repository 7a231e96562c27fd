import type { TestApp } from '../support/app.ts';
import { tokenOf } from '../support/cast.ts';
import { clear } from '../oracle/play.ts';
import type { Service } from '../oracle/send.ts';
import { emptyWorld, type World } from '../oracle/world.ts';
import { write } from '../oracle/writes.ts';
import type { Line } from '../oracle/written-facts.ts';

/** Ids that differ by a digit, a letter's case, its alphabet, or where a blank stands: whoever mixes them up is wrong. */
export const IDS = {
  centers: ['bc1', 'bc2', 'BC1'],
  users: ['adm', 'sam', 'Sam', 'sаm', 'ext', 'lee', '7300000000000000001', '7300000000000000002'],
  accounts: ['brand', 'other', 'Brand', '7123456789012345678', '7123456789012345679'],
  adAccounts: ['adv1', 'adv9', '1700000000000000001', '1700000000000000002'],
} as const;

const GRANTED: Line[] = [
  ...IDS.centers.map((bc_id): Line => ({ type: 'business_center', bc_id, name: `Agency ${bc_id}` })),
  ...IDS.accounts.map((id): Line => ({ type: 'tiktok_account', id, handle: `@${id.toLowerCase()}` })),
  { type: 'tiktok_account', id: 'other', handle: '@other', ad_authorization: false },
  { type: 'member', bc_id: 'bc1', user_id: 'adm', user_role: 'ADMIN' },
  { type: 'member', bc_id: 'bc1', user_id: 'sam', user_role: 'STANDARD' },
  { type: 'member', bc_id: 'bc1', user_id: 'Sam', user_role: 'STANDARD' },
  { type: 'member', bc_id: 'bc1', user_id: '7300000000000000001', user_role: 'STANDARD' },
  { type: 'member', bc_id: 'bc1', user_id: '7300000000000000002', user_role: 'STANDARD' },
  { type: 'member', bc_id: 'bc2', user_id: 'ext', user_role: 'ADMIN' },
  { type: 'member', bc_id: 'bc2', user_id: 'sаm', user_role: 'STANDARD' },
  { type: 'ad_account', advertiser_id: 'adv1', name: 'Spring', bc_id: 'bc1' },
  { type: 'ad_account', advertiser_id: '1700000000000000001', name: 'One', bc_id: 'bc1' },
  { type: 'ad_account', advertiser_id: '1700000000000000002', name: 'Two', bc_id: 'bc2' },
  { type: 'ad_account', advertiser_id: 'adv9', name: 'Elsewhere' },
  { type: 'ad_account_member', advertiser_id: 'adv1', user_id: 'sam', advertiser_role: 'OPERATOR' },
  { type: 'ad_account_member', advertiser_id: 'adv9', user_id: 'sam', advertiser_role: 'ANALYST' },
  { type: 'ad_account_member', advertiser_id: 'adv1', user_id: 'lee', advertiser_role: 'ADMIN' },
  { type: 'ad_account_member', advertiser_id: 'adv1', user_id: 'Sam', advertiser_role: 'ADMIN' },
  {
    type: 'ad_account_member',
    advertiser_id: '1700000000000000001',
    user_id: '7300000000000000001',
    advertiser_role: 'OPERATOR',
  },
  { type: 'account_grant', bc_id: 'bc1', tiktok_account_id: 'brand', scopes: ['LIVE', 'POST'] },
  { type: 'account_grant', bc_id: 'bc1', tiktok_account_id: 'other', scopes: ['POST'] },
  { type: 'account_grant', bc_id: 'bc1', tiktok_account_id: '7123456789012345678', scopes: ['POST'] },
  { type: 'account_grant', bc_id: 'bc2', tiktok_account_id: 'brand', scopes: ['LIVE'] },
  { type: 'assignment', bc_id: 'bc1', tiktok_account_id: 'brand', user_id: 'sam', scopes: ['LIVE', 'POST'] },
  { type: 'assignment', bc_id: 'bc1', tiktok_account_id: 'brand', user_id: 'Sam', scopes: ['LIVE'] },
  { type: 'assignment', bc_id: 'bc1', tiktok_account_id: 'other', user_id: 'sam', scopes: ['POST'] },
  {
    type: 'assignment',
    bc_id: 'bc1',
    tiktok_account_id: '7123456789012345678',
    user_id: '7300000000000000001',
    scopes: ['POST'],
  },
  { type: 'account_link', tiktok_account_id: 'brand', user_id: 'lee', scopes: ['POST'] },
];

/** The requests under way, in this order: two that name nobody, two for @brand. */
const REQUESTED = [null, null, 'brand', 'brand'];

/** Makes the world anew, in the service and beside it. */
export async function freshWorld({ app, database }: Pick<Service, 'app' | 'database'>): Promise<World> {
  const world = emptyWorld();
  await clear(database);
  const headers = { 'Content-Type': 'application/x-ndjson' };
  const body = GRANTED.map((line) => JSON.stringify(line)).join('\n');
  const { status } = await app.call('POST', '/v1/relationships/import', { body, headers });
  if (status !== 200 || write(world, { do: 'import', lines: GRANTED }) !== 'done') throw new Error(`import: ${status}`);
  for (const account of REQUESTED) world.requests.push(await requested(app, account));
  return world;
}

async function requested(app: TestApp, account: string | null): Promise<World['requests'][number]> {
  const answer = await app.call('POST', '/v1/business-centers/bc1/access-requests', {
    actor: 'user:adm',
    body: { scopes: ['LIVE'], ...(account !== null && { tiktok_account_id: account }) },
  });
  const { id, consent_url: url } = answer.body;
  return { id, token: tokenOf(url), bcId: 'bc1', requestedBy: 'adm', account, scopes: ['LIVE'], status: 'PENDING' };
}
