import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type CallOptions, type TestApp } from '../support/app.ts';
import { grant, put, requestToken, standardWorld } from '../support/cast.ts';
import { newKey } from '../support/keys.ts';
import { sql } from '../support/sql.ts';

// What a key that is confined to bc2 writes to what is outside is answered as what it writes to what does not exist.

let app: TestApp;
let key: string;
/** Ids of what is outside, by what they are of; each stands beside one of nothing. */
const outside: Record<string, string> = {};
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await put(app, '/v1/ad-accounts/adv2', { name: 'Of bc2', bc_id: 'bc2' });
  await put(app, '/v1/ad-accounts/adv1/members/sam', { advertiser_role: 'ADMIN' });
  await put(app, '/v1/tiktok-accounts/brand/links/sam', { scopes: ['POST'] });
  await put(app, '/v1/entities/record/r1', { attributes: { status: 'draft' } });
  await grant(app, ['POST']);
  outside['token'] = await requestToken(app, ['LIVE']);
  const requests = await app.call('GET', '/v1/business-centers/bc1/access-requests', { actor: 'user:adm' });
  outside['request'] = requests.body.items.at(-1).id;
  outside['key'] = (await newKey(app, ['check'], ['bc1'])).id;
  ({ key } = await newKey(app, ['relationships', 'act-as', 'audit', 'admin'], ['bc2']));
});
afterAll(async () => app.close());

const UNKNOWN: Record<string, string> = { token: 'x'.repeat(43), request: '01900000-0000-7000-8000-000000000000' };
UNKNOWN['key'] = '01900000-0000-7000-8000-000000000000';
const CENTERS = ['bc1'];
const AD_ACCOUNTS = ['adv1', 'adv9'];
const ACCOUNTS = ['brand', 'other'];
const ROLE = { advertiser_role: 'ADMIN' };
const POST = { scopes: ['POST'] };

test.each<[method: string, path: string, ids: string[], options?: CallOptions]>([
  ['PUT', '/v1/business-centers/{}', CENTERS, { body: { name: 'Mine' } }],
  ['PUT', '/v1/business-centers/{}', CENTERS, { body: {} }],
  ['PUT', '/v1/business-centers/{}/members/sam', CENTERS, { body: { user_role: 'STANDARD' } }],
  ['PUT', '/v1/business-centers/{}/members/new', CENTERS, { body: { user_role: 'ADMIN' } }],
  ['DELETE', '/v1/business-centers/{}/members/sam', CENTERS],
  ['DELETE', '/v1/business-centers/{}/members/new', CENTERS],
  ['PUT', '/v1/ad-accounts/{}', AD_ACCOUNTS, { body: { name: 'Mine', bc_id: 'bc2' } }],
  ['PUT', '/v1/ad-accounts/{}', AD_ACCOUNTS, { body: { name: 'Mine' } }],
  ['PUT', '/v1/ad-accounts/{}', AD_ACCOUNTS, { body: { bc_id: 'bc2' } }],
  ['PUT', '/v1/ad-accounts/{}', AD_ACCOUNTS, { body: {} }],
  ['PUT', '/v1/ad-accounts/{}/members/sam', AD_ACCOUNTS, { body: ROLE }],
  ['DELETE', '/v1/ad-accounts/{}/members/sam', AD_ACCOUNTS],
  ['DELETE', '/v1/ad-accounts/{}/members/new', AD_ACCOUNTS],
  ['PUT', '/v1/ad-accounts/adv2', CENTERS, { body: { bc_id: '{}' } }],
  ['PUT', '/v1/tiktok-accounts/{}', ACCOUNTS, { body: { handle: '@brand' } }],
  ['PUT', '/v1/tiktok-accounts/{}', ACCOUNTS, { body: {} }],
  ['PUT', '/v1/tiktok-accounts/{}/links/sam', ACCOUNTS, { body: POST }],
  ['DELETE', '/v1/tiktok-accounts/{}/links/sam', ACCOUNTS],
  ['PUT', '/v1/entities/record/{}', ['r1'], { body: { attributes: {} } }],
  ['DELETE', '/v1/entities/record/{}', ['r1']],
  ['POST', '/v1/business-centers/{}/access-requests', CENTERS, { body: POST, actor: 'user:adm' }],
  ['POST', '/v1/business-centers/bc2/access-requests/{}/cancel', ['request'], { actor: 'user:ext' }],
  ['POST', '/v1/consents/{}/approve', ['token'], { actor: 'tiktok_account:brand' }],
  ['POST', '/v1/consents/{}/decline', ['token'], { actor: 'tiktok_account:brand' }],
  ['PUT', '/v1/business-centers/bc2/tiktok-accounts/{}/members/ext', ACCOUNTS, { body: POST, actor: 'user:ext' }],
  ['PUT', '/v1/business-centers/{}/tiktok-accounts/brand/members/sam', CENTERS, { body: POST, actor: 'user:adm' }],
  ['DELETE', '/v1/business-centers/bc2/tiktok-accounts/{}/members/sam', ACCOUNTS, { actor: 'user:ext' }],
  ['DELETE', '/v1/business-centers/bc2/tiktok-accounts/{}', ACCOUNTS, { actor: 'user:ext' }],
  ['DELETE', '/v1/business-centers/{}/tiktok-accounts/brand', CENTERS, { actor: 'user:adm' }],
  ['DELETE', '/v1/tiktok-accounts/{}/grants/bc2', ACCOUNTS, { actor: 'tiktok_account:{}' }],
  ['DELETE', '/v1/tiktok-accounts/brand/grants/{}', CENTERS, { actor: 'tiktok_account:brand' }],
  ['POST', '/v1/api-keys/{}/rotate', ['key'], { body: { overlap: 60 } }],
  ['DELETE', '/v1/api-keys/{}', ['key']],
])('%s %s: %j as unknown ones (%j)', async (method, path, ids, options = {}) => {
  const revision = await sql(app, 'select count(*)::text as value from relationship_write');
  const answers = await Promise.all(
    ids
      .flatMap((id) => [outside[id] ?? id, UNKNOWN[id] ?? 'nothing'])
      .map(async (id) => {
        const filled = JSON.parse(
          JSON.stringify({ path, options }).replaceAll('{}"', `${id}"`).replaceAll('{}/', `${id}/`),
        );
        const { status, headers, body } = await app.call(method, filled.path, { ...filled.options, key });
        const { 'x-request-id': _id, 'content-length': _length, ...rest } = Object.fromEntries(headers);
        const text = JSON.stringify({ ...body, request_id: '' }).replaceAll(id, '{}');
        return { status, rest, text: status === 204 ? '' : text };
      }),
  );
  const [first] = answers;
  expect(first?.status).toBeGreaterThanOrEqual(400);
  for (const answer of answers) expect(answer).toEqual(first);
  expect(await sql(app, 'select count(*)::text as value from relationship_write')).toEqual(revision);
});
