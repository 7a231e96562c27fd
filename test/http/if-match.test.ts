import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, grant, standardWorld } from '../support/cast.ts';
import { bring } from '../support/ndjson.ts';
import { endpointsOf } from '../support/openapi-samples.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await grant(app, ['LIVE', 'POST']);
});
afterAll(async () => app.close());

const BC1 = '/v1/business-centers/bc1';

/** Where a fact is, two things that it may be, and who says so. */
const FACTS: Record<string, [path: string, a: object, b: object, actor?: string]> = {
  'a Business Center': [BC1, { name: 'A' }, { name: 'B' }],
  'a member': [`${BC1}/members/m`, { user_role: 'STANDARD' }, { user_role: 'ADMIN' }],
  'an ad account': ['/v1/ad-accounts/new', { name: 'A', bc_id: null }, { name: 'A', bc_id: 'bc1' }],
  'a role': ['/v1/ad-accounts/adv1/members/m', { advertiser_role: 'ANALYST' }, { advertiser_role: 'ADMIN' }],
  'a TikTok account': [
    '/v1/tiktok-accounts/t',
    { handle: 'a', ad_authorization: null },
    { handle: 'a', ad_authorization: true },
  ],
  'a user': ['/v1/users/m', { display_name: 'A' }, { display_name: 'B' }],
  'a link': ['/v1/tiktok-accounts/brand/links/m', { scopes: ['POST'] }, { scopes: ['LIVE'] }],
  'an entity': ['/v1/entities/record/r', { attributes: { a: 1 } }, { attributes: { a: 2 } }],
  'a freeze': ['/v1/freezes/tiktok_account/other', { reason: 'a' }, { reason: 'b' }],
  'an assignment': [`${BC1}/tiktok-accounts/brand/members/sam`, { scopes: ['POST'] }, { scopes: ['LIVE'] }, 'user:adm'],
};
const KEPT = new Set(['a Business Center', 'an ad account', 'a TikTok account', 'a user']);

const change = async (
  method: string,
  path: string,
  options: { body?: object; actor?: string | undefined; match?: string },
): Promise<number> => {
  const { body, actor, match } = options;
  const answer = await app.call(method, path, {
    ...(body && { body }),
    ...(actor !== undefined && { actor }),
    ...(match !== undefined && { headers: { 'If-Match': match } }),
  });
  if (answer.status === 412) expect(answer.body.code).toBe('precondition_failed');
  return answer.status;
};
const tagOf = async (path: string): Promise<string> => (await app.call('GET', path)).headers.get('ETag') ?? 'none';

describe.each(Object.entries(FACTS))('%s', (_, [path, a, b, actor]) => {
  const put = async (body: object, match?: string): Promise<number> =>
    change('PUT', path, { body, actor, ...(match !== undefined && { match }) });

  test('is changed by who knows it as it is, and has another tag whenever it was another', async () => {
    await put(b);
    await put(a);
    const first = await tagOf(path);
    expect(first).toMatch(/^"[!#-~]+"$/);
    expect([await put(a), await tagOf(path)]).toEqual([200, first]);
    expect([await put(b, first), await put(b, first)]).toEqual([200, 412]);
    const second = await tagOf(path);
    expect([await put(a, `"x", ${second}`), await tagOf(path)]).toEqual([200, expect.not.stringContaining(first)]);
    expect([await put(b, first), await put(b, second), await put(b, `W/${await tagOf(path)}`)]).toEqual([
      412, 412, 412,
    ]);
    expect([await put(b, '*'), await put(b, await tagOf(path))]).toEqual([200, 200]);
  });

  test('is changed by who names a write since which it has not changed', async () => {
    const revisionOf = async (body: object): Promise<string> =>
      (await app.call('PUT', path, { body, ...(actor !== undefined && { actor }) })).headers.get(
        'X-Sparkgate-Revision',
      ) ?? '';
    await put(b);
    const own = await revisionOf(a);
    const later = (await app.call('PUT', '/v1/business-centers/bc2', { body: { name: own } })).body.revision;
    expect([await put(a, own), await put(a, `"${own}"`), await put(a, later)]).toEqual([200, 200, 200]);
    const next = await revisionOf(b);
    expect([await put(a, own), await put(a, later), await put(a, `${own}, ${later}`)]).toEqual([412, 412, 412]);
    expect(await put(b, `${own}, ${next}`)).toBe(200);
    const [cluster, timeline, position, write] = next.split('.');
    expect(await put(b, `${cluster}.${timeline}.${position}`)).toBe(412);
    expect(await put(b, `${cluster}.${timeline}.${position}.00000000-0000-7000-8000-000000000000`)).toBe(412);
    expect(await put(b, `abc.${timeline}.${position}.${write}`)).toBe(412);
  });

  test('of many that know the same one changes it', async () => {
    await put(a);
    const tag = await tagOf(path);
    const statuses = await Promise.all(Array.from({ length: 8 }, async () => put(b, tag)));
    expect(statuses.filter((it) => it === 200)).toHaveLength(1);
    expect(statuses.filter((it) => it === 412)).toHaveLength(7);
  });
});

test.each(Object.entries(FACTS).filter(([name]) => !KEPT.has(name)))(
  '%s is removed by who knows it as it is, and what is gone matches nothing',
  async (_, [path, a, b, actor]) => {
    const put = async (body: object, match?: string): Promise<number> =>
      change('PUT', path, { body, actor, ...(match !== undefined && { match }) });
    const remove = async (match?: string): Promise<number> =>
      change('DELETE', path, { actor, ...(match !== undefined && { match }) });

    await put(a);
    const first = await tagOf(path);
    await put(b);
    const second = await tagOf(path);
    expect([await remove(first), await remove(second), await remove(second)]).toEqual([412, 204, 412]);
    expect([await remove('*'), await put(b, '*'), await put(b, second), await remove()]).toEqual([412, 412, 412, 204]);
    await put(b);
    expect([await tagOf(path), await remove(second)]).toEqual([expect.not.stringContaining(second), 412]);
  },
);

test('a grant is revoked by who knows it, on either side', async () => {
  const owner = 'tiktok_account:brand';
  for (const [path, actor] of [
    [`${BC1}/tiktok-accounts/brand`, 'user:adm'],
    ['/v1/tiktok-accounts/brand/grants/bc1', owner],
  ] as const) {
    const tag = await tagOf(path);
    expect(tag).toBe(await tagOf(`${BC1}/tiktok-accounts/brand`));
    expect(await change('DELETE', path, { actor, match: '"x"' })).toBe(412);
    await app.call('DELETE', path, { actor });
    await grant(app, ['LIVE', 'POST']);
    expect(await change('DELETE', path, { actor, match: tag })).toBe(412);
    expect(await change('DELETE', path, { actor, match: await tagOf(path) })).toBe(200);
    await grant(app, ['LIVE', 'POST']);
  }
});

test.each([
  ['a role that ends as its ad account moves', '/v1/ad-accounts/adv1/members/moved', { advertiser_role: 'ADMIN' }],
  ['an assignment that ends with its membership', `${BC1}/tiktok-accounts/brand/members/lea`, { scopes: ['POST'] }],
])('%s is gone', async (_, path, body) => {
  await app.call('PUT', `${BC1}/members/lea`, { body: { user_role: 'STANDARD' } });
  await assign(app, 'lea', ['POST']);
  const actor = path.includes('brand') ? 'user:adm' : undefined;
  await change('PUT', path, { body, actor });
  const tag = await tagOf(path);
  await app.call('PUT', '/v1/ad-accounts/adv1', { body: { bc_id: 'bc2' } });
  await app.call('PUT', '/v1/ad-accounts/adv1', { body: { bc_id: 'bc1' } });
  await app.call('DELETE', `${BC1}/members/lea`);
  await app.call('PUT', `${BC1}/members/lea`, { body: { user_role: 'STANDARD' } });
  expect(await tagOf(path)).toBe('none');
  expect(await change('DELETE', path, { actor, match: tag })).toBe(412);
});

test('an import changes the tags of what it changes, and no others', async () => {
  const facts = [
    { type: 'business_center', bc_id: 'bc1', name: 'Imported' },
    { type: 'ad_account', advertiser_id: 'adv1', name: 'Imported' },
    { type: 'tiktok_account', id: 'other', display_name: 'Imported' },
    { type: 'member', bc_id: 'bc1', user_id: 'sam', user_role: 'STANDARD' },
  ];
  const paths = [BC1, '/v1/ad-accounts/adv1', '/v1/tiktok-accounts/other', `${BC1}/members/sam`];
  const tags = async (): Promise<string[]> => Promise.all(paths.map(tagOf));
  const before = await tags();
  expect((await bring(app, facts.map((it) => JSON.stringify(it)).join('\n'))).status).toBe(200);
  const after = await tags();
  expect(after.map((tag, index) => tag === before[index])).toEqual([false, false, false, true]);
});

test.each(['', 'x', 'abc', '1.2', 'x"', '"a" "b"', '*, "a"', '"a', '"ä"', ','])('400: If-Match %j', async (match) => {
  const answer = await app.call('PUT', BC1, { body: { name: 'No' }, headers: { 'If-Match': match } });
  expect([answer.status, answer.body.errors]).toEqual([400, [expect.objectContaining({ pointer: 'If-Match' })]]);
});

test('a write that takes no condition refuses one; those that take one say so', async () => {
  const document = (await app.call('GET', '/openapi.json', { key: null })).body;
  const writes = endpointsOf(document).filter(({ method, path }) => path.startsWith('/v1/') && method !== 'GET');
  for (const { method, path, bodies } of writes) {
    const ofOperation = document.paths[path][method.toLowerCase()];
    const takes = JSON.stringify(ofOperation.parameters).includes('/IfMatch"');
    const isImport = path.endsWith('/import');
    const answer = await app.call(method, path.replace('{kind}', 'tiktok_account').replaceAll(/\{\w+\}/g, 'x'), {
      ...(bodies.length > 0 && { body: isImport ? '{"type":"business_center","bc_id":"x","name":"x"}' : bodies[0] }),
      actor: 'user:adm',
      headers: { 'If-Match': takes ? 'x' : '*', ...(isImport && { 'Content-Type': 'application/x-ndjson' }) },
    });
    const message = takes ? expect.stringContaining('takes') : 'is taken by PUT and DELETE of facts alone';
    expect([method, path, answer.body.errors]).toEqual([method, path, [{ pointer: 'If-Match', message }]]);
  }
});

test('what ended or came to be after a write has changed since; what has not been there has not', async () => {
  const path = `${BC1}/members/since`;
  const there = (await app.call('PUT', path, { body: { user_role: 'STANDARD' } })).body.revision;
  expect(await change('DELETE', path, { match: there })).toBe(204);
  expect(await change('PUT', path, { body: { user_role: 'ADMIN' }, match: there })).toBe(412);
  const after = (await app.call('PUT', '/v1/business-centers/bc2', { body: { name: 'After' } })).body.revision;
  expect(await change('PUT', path, { body: { user_role: 'ADMIN' }, match: after })).toBe(200);
  expect(await change('DELETE', path, { match: after })).toBe(412);
  expect(await change('DELETE', `${BC1}/members/never`, { match: after })).toBe(204);
});
