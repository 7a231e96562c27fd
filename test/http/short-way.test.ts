import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { newKey } from '../support/keys.ts';
import { sql } from '../support/sql.ts';

// A check that is ordinary goes a shorter way than others. Nobody can tell by the answer.

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await app.call('PUT', '/v1/business-centers/b1', { body: { name: 'A' } });
  await app.call('PUT', '/v1/business-centers/b1/members/sam', { body: { user_role: 'ADMIN' } });
  await app.call('PUT', '/v1/tiktok-accounts/brand', { body: { handle: '@brand' } });
});
afterAll(async () => app.close());

const CHECK = {
  subject: { type: 'user', id: 'sam' },
  action: { name: 'view' },
  resource: { type: 'business_center', id: 'b1' },
};

/** A content type that is the same to everybody, and not ordinary. */
const COMMON = 'application/json;charset="UTF-8"';

interface Heard {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

async function heard(type: string, body: string, headers: Record<string, string>): Promise<Heard> {
  const answer = await app.call('POST', '/access/v1/evaluation', {
    body,
    headers: { 'X-Request-ID': 'r1', ...headers, 'Content-Type': type },
  });
  if (answer.body?.context) Object.assign(answer.body.context, { id: '', revision: '' });
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: answer.body };
}

const account = { type: 'tiktok_account', id: 'brand' };
test.each<[sentence: string, body: unknown, headers?: Record<string, string>]>([
  ['an ALLOW', CHECK],
  ['a DENY', { ...CHECK, subject: { type: 'user', id: 'eve' } }],
  ['a DENY with several reasons', { ...CHECK, resource: account, action: { name: 'create_spark_ad' } }],
  ['of another kind', { ...CHECK, resource: { type: 'video', id: 'v1', properties: { a: [1] } } }],
  ['of an unknown type and action', { ...CHECK, resource: { type: 'nothing', id: 'n' }, action: { name: 'fly' } }],
  ['with more than there is to know', { ...CHECK, more: 1, context: { time: 'now' } }],
  ['in Chinese', { ...CHECK, subject: { type: 'user', id: 'eve' } }, { 'Accept-Language': 'zh-CN' }],
  ['in any language', CHECK, { 'Accept-Language': '*' }],
  ['with an id that is encoded', CHECK, { 'X-Request-ID': '%E4%BD%A0' }],
  ['without a subject', { ...CHECK, subject: undefined }],
  ['with a misspelt property', { ...CHECK, resource: account, action: { name: 'view', properties: { psot: {} } } }],
  ['with another Business Center', { ...CHECK, action: { name: 'view', properties: { bc_id: 'b2' } } }],
  ['that is no object', [1]],
  ['that is no JSON', '{'],
  ['with a name twice', '{"subject":1,"subject":2}'],
  ['of a key that is none', CHECK, { Authorization: 'Bearer nothing' }],
  ['for a person', CHECK, { 'X-Actor': 'user:sam' }],
  ['at a revision that is none', CHECK, { 'X-Sparkgate-Revision': 'x' }],
  ['with a body that is said to be longer than it may be', CHECK, { 'Content-Length': '99999999' }],
])('%s: both ways answer alike', async (_, body, headers = {}) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const [short, common] = [await heard('application/json', text, headers), await heard(COMMON, text, headers)];
  expect(short).toEqual(common);
});

test('a key that is revoked while a check is under way opens nothing', async () => {
  const { key, id } = await newKey(app, ['check']);
  const ask = async (type = 'application/json') =>
    app.call('POST', '/access/v1/evaluation', { key, body: CHECK, headers: { 'Content-Type': type } });
  expect((await ask()).status).toBe(200);
  const client = new pg.Client(app.databaseUrl);
  await client.connect();
  onTestFinished(async () => client.end());
  await client.query('begin; lock table change_mark in access exclusive mode');
  const [short, common] = [ask(), ask(COMMON)];
  const waiting = `select count(*)::int as n from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query like '%change_mark%'`;
  await expect.poll(async () => (await sql<{ n: number }>(app, waiting))[0]?.n, { timeout: 20_000 }).toBeGreaterThan(0);
  expect((await app.call('DELETE', `/v1/api-keys/${id}`)).status).toBe(204);
  await client.query('commit');
  expect([(await short).status, (await common).status]).toEqual([401, 401]);
});
