import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type Answer, type TestApp } from '../support/app.ts';
import { grant, put, standardWorld } from '../support/cast.ts';
import { newKey } from '../support/keys.ts';
import { endpointsOf } from '../support/openapi-samples.ts';
import { sql } from '../support/sql.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await grant(app, ['LIVE', 'POST']);
});
afterAll(async () => app.close());

type Call = [method: string, path: string, body?: unknown, actor?: string];

let count = 0;
const fresh = (): string => `key ${(count += 1)}`;

async function send([method, path, body, actor]: Call, key?: string, as?: string): Promise<Answer> {
  return app.call(method, path, {
    ...(body !== undefined && { body }),
    ...(actor !== undefined && { actor }),
    ...(as !== undefined && { key: as }),
    headers: {
      ...(key !== undefined && { 'Idempotency-Key': key }),
      ...(path.includes('import') && { 'Content-Type': 'application/x-ndjson' }),
    },
  });
}

const told = ({ status, body, headers }: Answer): unknown => {
  const { request_id: _, ...rest } = body;
  return [status, typeof body === 'string' ? body : rest, headers.get('X-Sparkgate-Revision')];
};

const BC1 = '/v1/business-centers/bc1';
const BRAND = `${BC1}/tiktok-accounts/brand`;
const [ADMIN, STANDARD] = ['ADMIN', 'STANDARD'].map((it) => ({ user_role: it }));
const line = (role: string): string =>
  JSON.stringify({ type: 'member', bc_id: 'bc1', user_id: 'imp', user_role: role });

/** A write, what undoes it, and where its fact is read. */
const WRITES: Record<string, [write: Call, undo: Call, fact: string, before?: Call]> = {
  'a Business Center': [['PUT', BC1, { name: 'New' }], ['PUT', BC1, { name: 'Newer' }], BC1],
  'a member': [['PUT', `${BC1}/members/m`, STANDARD], ['DELETE', `${BC1}/members/m`], `${BC1}/members/m`],
  'a member that is one already': [
    ['PUT', `${BC1}/members/was`, STANDARD],
    ['DELETE', `${BC1}/members/was`],
    `${BC1}/members/was`,
    ['PUT', `${BC1}/members/was`, STANDARD],
  ],
  'a removal': [
    ['DELETE', `${BC1}/members/gone`],
    ['PUT', `${BC1}/members/gone`, STANDARD],
    `${BC1}/members/gone`,
    ['PUT', `${BC1}/members/gone`, ADMIN],
  ],
  'a removal of nobody': [
    ['DELETE', `${BC1}/members/never`],
    ['PUT', `${BC1}/members/never`, STANDARD],
    `${BC1}/members/never`,
  ],
  'an ad account': [
    ['PUT', '/v1/ad-accounts/adv1', { bc_id: 'bc2' }],
    ['PUT', '/v1/ad-accounts/adv1', { bc_id: 'bc1' }],
    '/v1/ad-accounts/adv1',
  ],
  'a role': [
    ['PUT', '/v1/ad-accounts/adv9/members/m', { advertiser_role: 'ADMIN' }],
    ['DELETE', '/v1/ad-accounts/adv9/members/m'],
    '/v1/ad-accounts/adv9/members/m',
  ],
  'the end of a role': [
    ['DELETE', '/v1/ad-accounts/adv9/members/n'],
    ['PUT', '/v1/ad-accounts/adv9/members/n', { advertiser_role: 'ADMIN' }],
    '/v1/ad-accounts/adv9/members/n',
  ],
  'a TikTok account': [
    ['PUT', '/v1/tiktok-accounts/other', { ad_authorization: true }],
    ['PUT', '/v1/tiktok-accounts/other', { ad_authorization: false }],
    '/v1/tiktok-accounts/other',
  ],
  'a user': [
    ['PUT', '/v1/users/sam', { display_name: 'A' }],
    ['PUT', '/v1/users/sam', { display_name: 'B' }],
    '/v1/users/sam',
  ],
  'a link': [
    ['PUT', '/v1/tiktok-accounts/other/links/lee', { scopes: ['POST'] }],
    ['DELETE', '/v1/tiktok-accounts/other/links/lee'],
    '/v1/tiktok-accounts/other/links/lee',
  ],
  'the end of a link': [
    ['DELETE', '/v1/tiktok-accounts/other/links/lou'],
    ['PUT', '/v1/tiktok-accounts/other/links/lou', { scopes: ['POST'] }],
    '/v1/tiktok-accounts/other/links/lou',
  ],
  'an entity': [
    ['PUT', '/v1/entities/record/r', { attributes: { a: 1 } }],
    ['DELETE', '/v1/entities/record/r'],
    '/v1/entities/record/r',
  ],
  'the end of an entity': [
    ['DELETE', '/v1/entities/record/q'],
    ['PUT', '/v1/entities/record/q', { attributes: {} }],
    '/v1/entities/record/q',
  ],
  'an assignment': [
    ['PUT', `${BRAND}/members/sam`, { scopes: ['POST'] }, 'user:adm'],
    ['DELETE', `${BRAND}/members/sam`, undefined, 'user:adm'],
    `${BRAND}/members/sam`,
  ],
  'the end of an assignment': [
    ['DELETE', `${BRAND}/members/sam`, undefined, 'user:adm'],
    ['PUT', `${BRAND}/members/sam`, { scopes: ['LIVE'] }, 'user:adm'],
    `${BRAND}/members/sam`,
  ],
  'an import': [
    ['POST', '/v1/relationships/import', line('STANDARD')],
    ['DELETE', `${BC1}/members/imp`],
    `${BC1}/members/imp`,
  ],
};

test.each(Object.entries(WRITES))(
  '%s, sent again, gets its answer and undoes nothing that came between',
  async (_, [write, undo, fact, before]) => {
    if (before) expect((await send(before)).status).toBe(200);
    const key = fresh();
    const first = await send(write, key);
    expect(first.status).toBeLessThan(300);
    expect((await send(undo)).status).toBeLessThan(300);
    const left = await app.call('GET', fact);
    const again = await send(write, key);
    expect(told(again)).toEqual(told(first));
    const now = await app.call('GET', fact);
    expect([now.status, now.headers.get('ETag')]).toEqual([left.status, left.headers.get('ETag')]);
  },
);

describe('the flow', () => {
  test('a grant that was revoked since is not opened by an approval that is sent again, nor ended twice', async () => {
    const { body } = await send(['POST', `${BC1}/access-requests`, { scopes: ['POST'] }, 'user:adm']);
    const token = new URL(body.consent_url).pathname.split('/').at(-1);
    const owner = 'tiktok_account:other';
    const approve: Call = ['POST', `/v1/consents/${token}/approve`, undefined, owner];
    const revoke: Call = ['DELETE', '/v1/tiktok-accounts/other/grants/bc1', undefined, owner];
    const approved = await send(approve, 'a');
    const revoked = await send(revoke, 'r');
    expect([approved.status, revoked.status]).toEqual([200, 200]);
    expect(told(await send(approve, 'a'))).toEqual(told(approved));
    expect((await app.call('GET', '/v1/tiktok-accounts/other/grants/bc1')).status).toBe(404);
    expect(told(await send(revoke, 'r'))).toEqual(told(revoked));
    expect((await send(revoke, 'another')).status).toBe(404);
  });

  test('a cancelled and a declined request', async () => {
    const request: Call = ['POST', `${BC1}/access-requests`, { scopes: ['POST'] }, 'user:adm'];
    const { body } = await send(request);
    const cancel: Call = ['POST', `${BC1}/access-requests/${body.id}/cancel`, undefined, 'user:adm'];
    const token = new URL((await send(request)).body.consent_url).pathname.split('/').at(-1);
    const decline: Call = ['POST', `/v1/consents/${token}/decline`, undefined, 'tiktok_account:other'];
    for (const [call, then] of [
      [cancel, 403],
      [decline, 404],
    ] as const) {
      const key = fresh();
      const first = await send(call, key);
      expect([first.status, told(await send(call, key))]).toEqual([200, told(first)]);
      expect((await send(call)).status).toBe(then);
    }
  });
});

describe('secrets are not stored', () => {
  test('a request that is made again has the same consent URL', async () => {
    const call: Call = ['POST', `${BC1}/access-requests`, { scopes: ['LIVE'] }, 'user:adm'];
    const first = await send(call, 'request');
    expect(told(await send(call, 'request'))).toEqual(told(first));
    expect(first.status).toBe(201);
    const token = new URL(first.body.consent_url).pathname.split('/').at(-1) ?? '';
    const [row] = await sql<{ all: string }>(app, `select string_agg(s::text, ' ') as all from submission s`);
    expect(row?.all).toContain(first.body.id);
    expect(row?.all).not.toContain(token);
  });

  test.each(['created', 'rotated'])('a key that is %s again is a conflict that names it', async (how) => {
    const { id: spare } = await newKey(app, ['check']);
    const call: Call =
      how === 'created'
        ? ['POST', '/v1/api-keys', { name: 'once', permissions: ['check'] }]
        : ['POST', `/v1/api-keys/${spare}/rotate`, { overlap: 0 }];
    const first = await send(call, how);
    expect(first.status).toBeLessThan(300);
    const { id, key } = first.body;
    expect((await send(call, how)).body).toMatchObject({
      status: 409,
      code: 'conflict',
      detail: expect.stringContaining(id),
    });
    expect((await app.call('GET', '/v1/api-keys', { key })).status).toBe(403);
    const [row] = await sql<{ all: string }>(app, `select string_agg(s::text, ' ') as all from submission s`);
    expect(row?.all).not.toContain(key.split('_').at(-1));
  });
});

const MEMBER: Call = ['PUT', `${BC1}/members/key`, STANDARD];

test('another body is a 422 and changes nothing', async () => {
  await send(MEMBER, 'body');
  for (const other of [
    ['PUT', `${BC1}/members/key`, ADMIN],
    ['PUT', `${BC1}/members/key`, '{"user_role": "STANDARD"}'],
  ] as Call[]) {
    expect((await send(other, 'body')).body).toMatchObject({ status: 422, code: 'unprocessable' });
  }
  const file: Call = ['POST', '/v1/relationships/import', line('STANDARD')];
  await send(file, 'file');
  expect((await send(['POST', '/v1/relationships/import', line('ADMIN')], 'file')).status).toBe(422);
  expect((await send(['POST', '/v1/relationships/import?mode=reopen', line('STANDARD')], 'file')).status).toBe(422);
  expect((await app.call('GET', `${BC1}/members/key`)).body).toMatchObject(STANDARD ?? {});
});

test('one key of two callers, two actors, two methods or two paths is two keys', async () => {
  const { key: other } = await newKey(app, ['relationships', 'act-as']);
  await send(MEMBER, 'scope');
  const gone = async (): Promise<unknown> => send(['DELETE', `${BC1}/members/key`]);
  const there = async (): Promise<number> => (await app.call('GET', `${BC1}/members/key`)).status;
  await gone();
  await send(MEMBER, 'scope', other);
  expect(await there()).toBe(200);
  await gone();
  await send(['PUT', `${BC1}/members/key`, STANDARD, 'user:adm'], 'scope');
  expect(await there()).toBe(200);
  expect((await send(['DELETE', `${BC1}/members/key`], 'scope')).status).toBe(204);
  expect(await there()).toBe(404);
  await send(['PUT', '/v1/business-centers/bc2/members/key', STANDARD], 'scope');
  expect((await app.call('GET', '/v1/business-centers/bc2/members/key')).status).toBe(200);
  await send(['PUT', `${BC1}/members/k%65y`, STANDARD], 'scope');
  expect(await there()).toBe(404);
});

test('a refusal is not remembered', async () => {
  const call: Call = ['PUT', '/v1/business-centers/bc7/members/x', STANDARD];
  expect((await send(call, 'refused')).status).toBe(404);
  await put(app, '/v1/business-centers/bc7', { name: 'New' });
  expect((await send(call, 'refused')).status).toBe(200);
});

test('after 24 hours a key is new', async () => {
  await send(MEMBER, 'day');
  await send(['DELETE', `${BC1}/members/key`]);
  await sql(app, `update submission set at = at - interval '24 hours 1 second'`);
  expect((await send(MEMBER, 'day')).status).toBe(200);
  expect((await app.call('GET', `${BC1}/members/key`)).status).toBe(200);
});

test('an answer that was never given tells a revision, and always the same', async () => {
  const first = await send(['PUT', `${BC1}/members/key`, ADMIN], 'lost');
  await sql(app, 'update submission set revision = null');
  const again = await Promise.all([1, 2, 3].map(async () => send(['PUT', `${BC1}/members/key`, ADMIN], 'lost')));
  expect(new Set(again.map((it) => JSON.stringify(told(it)))).size).toBe(1);
  const write = (it: Answer | undefined): unknown => it?.body.revision.split('.').at(-1);
  expect(write(again[0])).toBe(write(first));
});

test('of many that come at once one is carried out, and all get its answer', async () => {
  const call: Call = ['POST', `${BC1}/access-requests`, { scopes: ['POST'], expires_in: 77 }, 'user:adm'];
  const answers = await Promise.all(Array.from({ length: 12 }, async () => send(call, 'at once')));
  expect(new Set(answers.map((it) => JSON.stringify(told(it)))).size).toBe(1);
  expect(answers[0]?.status).toBe(201);
  const made = await sql(
    app,
    `select id from access_request where expires_at - created_at = interval '77 seconds' and bc_id = 'bc1'`,
  );
  expect(made).toEqual([{ id: answers[0]?.body.id }]);
});

test('of imports that come at once one is carried out', async () => {
  const lines = ['u1', 'u2'].map((id) => JSON.stringify({ type: 'member', bc_id: 'bc2', user_id: id, ...STANDARD }));
  const call: Call = ['POST', '/v1/relationships/import', lines.join('\n')];
  const answers = await Promise.all([1, 2].map(async () => send(call, 'imports')));
  expect(told(answers[0] as Answer)).toEqual(told(answers[1] as Answer));
  expect(answers[0]?.status).toBe(200);
});

test('every write takes a key, and refuses what is none', async () => {
  const document = (await app.call('GET', '/openapi.json', { key: null })).body;
  const writes = endpointsOf(document).filter(({ method, path }) => path.startsWith('/v1/') && method !== 'GET');
  expect(writes.length).toBeGreaterThan(20);
  for (const { method, path, bodies } of writes) {
    const to = path.replace('{kind}', 'tiktok_account').replaceAll(/\{\w+\}/g, 'x');
    for (const key of ['k'.repeat(129), 'schlüssel', '']) {
      const body = path.endsWith('/import') ? line('ADMIN') : bodies[0];
      const answer = await send([method, to, body, 'user:adm'], key);
      const { code, errors } = answer.body;
      expect([method, path, key, code, errors?.[0]?.pointer]).toEqual([
        method,
        path,
        key,
        'invalid_request',
        'Idempotency-Key',
      ]);
    }
  }
});
