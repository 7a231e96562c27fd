import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, decision, grant, put, standardWorld } from '../support/cast.ts';
import { bring } from '../support/ndjson.ts';
import { inWords, outcome } from '../support/outcome.ts';
import { sql } from '../support/sql.ts';
import { P1 } from '../support/world.ts';

// A PUT or an import line changes what it names: what is left out stays as it was, null says unknown.

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
});
afterAll(async () => app.close());

type Noun = 'ad_account' | 'business_center' | 'tiktok_account' | 'user';
const NOUNS: Record<Noun, { path: string; table?: string; key: string; full: Record<string, unknown> }> = {
  business_center: { path: '/v1/business-centers', key: 'bc_id', full: { name: 'Agency' } },
  ad_account: { path: '/v1/ad-accounts', key: 'advertiser_id', full: { name: 'Campaigns', bc_id: 'bc1' } },
  tiktok_account: {
    path: '/v1/tiktok-accounts',
    key: 'id',
    full: {
      handle: '@full',
      display_name: 'Full',
      ad_authorization: false,
      showcase: { enabled: true, sources: [{ shop_id: 's1', products: 'ALL' }] },
    },
  },
  user: {
    path: '/v1/users',
    table: 'user_profile',
    key: 'id',
    full: { display_name: 'Full', email: 'full@example.com' },
  },
};
const rowOf = async (noun: Noun, id: string): Promise<unknown> => {
  const { key, full, table = noun } = NOUNS[noun];
  const [row] = await sql(app, `select ${Object.keys(full).join(', ')} from ${table} where ${key} = $1`, [id]);
  return row ?? null;
};
const line = (noun: Noun, id: string, body: object): object => ({ type: noun, [NOUNS[noun].key]: id, ...body });
const write = async (by: By, noun: Noun, id: string, body: object): Promise<string> =>
  by === 'PUT'
    ? outcome(app, 'PUT', `${NOUNS[noun].path}/${id}`, { body })
    : inWords(await bring(app, [line(noun, id, body)]));

type By = 'PUT' | 'import';
const BOTH: By[] = ['PUT', 'import'];
const FIELDS = Object.entries(NOUNS).flatMap(([noun, { full }]) =>
  Object.keys(full).flatMap((field) => BOTH.map((by): [By, Noun, string] => [by, noun as Noun, field])),
);
/** What may be unknown; a name is what a thing is shown by. */
const NULLABLE = new Set(['bc_id', 'handle', 'display_name', 'ad_authorization', 'showcase', 'email']);
const OTHER: Record<string, unknown> = {
  name: 'Other',
  bc_id: 'bc2',
  handle: '@other-one',
  display_name: 'Other',
  ad_authorization: true,
  showcase: { enabled: false, sources: [] },
  email: 'other@example.com',
};
const nullable = ([, , field]: [By, Noun, string]): boolean => NULLABLE.has(field);

describe('of what is known', () => {
  test.each(FIELDS)('%s %s without %s: it stays as it was', async (by, noun, field) => {
    const id = `stays-${by}-${field}`;
    const { full } = NOUNS[noun];
    expect(await write(by, noun, id, full)).toBe('200');
    const { [field]: kept, ...others } = full;
    const changed = Object.fromEntries(Object.keys(others).map((name) => [name, OTHER[name]]));
    expect(await write(by, noun, id, changed)).toBe('200');
    expect(await rowOf(noun, id)).toEqual({ ...changed, [field]: kept });
  });

  test.each(FIELDS)('%s %s with %s alone: nothing else changes', async (by, noun, field) => {
    const id = `alone-${by}-${field}`;
    const { full } = NOUNS[noun];
    await write(by, noun, id, full);
    expect(await write(by, noun, id, { [field]: OTHER[field] })).toBe('200');
    expect(await rowOf(noun, id)).toEqual({ ...full, [field]: OTHER[field] });
  });

  test.each(FIELDS.filter(nullable))('%s %s with %s null: unknown, or none', async (by, noun, field) => {
    const id = `null-${by}-${field}`;
    const { full } = NOUNS[noun];
    await write(by, noun, id, full);
    expect(await write(by, noun, id, { [field]: null })).toBe('200');
    expect(await rowOf(noun, id)).toEqual({ ...full, [field]: null });
  });

  test.each(FIELDS.filter((it) => !nullable(it)))('400: %s %s with %s null', async (by, noun, field) => {
    const id = `name-${by}-${field}`;
    const { full } = NOUNS[noun];
    await write(by, noun, id, full);
    expect(await write(by, noun, id, { [field]: null })).toBe('400 invalid_request');
    expect(await rowOf(noun, id)).toEqual(full);
  });

  test.each(Object.keys(NOUNS) as Noun[])('%s: a body that names nothing changes nothing', async (noun) => {
    const id = `nothing-${noun}`;
    await write('PUT', noun, id, NOUNS[noun].full);
    const revision = await sql(app, 'select count(*)::text as value from relationship_write');
    for (const by of BOTH) expect(await write(by, noun, id, {})).toBe('200');
    expect(await sql(app, 'select count(*)::text as value from relationship_write')).toEqual(revision);
  });
});

describe('of what is new', () => {
  const REQUIRED: [By, Noun, string][] = BOTH.flatMap((by): [By, Noun, string][] => [
    [by, 'business_center', 'name'],
    [by, 'ad_account', 'name'],
    [by, 'tiktok_account', 'handle'],
  ]);
  test.each(REQUIRED)('422: %s %s without %s', async (by, noun, field) => {
    const { [field]: _, ...others } = NOUNS[noun].full;
    const id = `new-${by}-${noun}`;
    expect(await write(by, noun, id, others)).toBe(by === 'PUT' ? '422 unprocessable' : '400 invalid_request');
    expect(await rowOf(noun, id)).toBeNull();
  });

  test('the place of what is missing is named', async () => {
    const { body } = await app.call('PUT', '/v1/tiktok-accounts/unheard', { body: { display_name: 'Unheard' } });
    expect(body.errors).toMatchObject([{ pointer: '/handle' }]);
    const center = line('business_center', 'unheard', { name: 'Unheard' });
    const lines = [center, line('ad_account', 'unheard', {}), line('ad_account', 'unheard', { bc_id: 'bc1' })];
    expect((await bring(app, lines)).body.errors).toMatchObject([
      { pointer: 'line 2', message: expect.stringMatching(/^name: /) },
    ]);
    expect(await rowOf('business_center', 'unheard')).toBeNull();
  });

  test.each(BOTH)('%s: what else is left out is unknown', async (by) => {
    expect(await write(by, 'tiktok_account', `bare-${by}`, { handle: null })).toBe('200');
    const unknown = { handle: null, display_name: null, ad_authorization: null, showcase: null };
    expect(await rowOf('tiktok_account', `bare-${by}`)).toEqual(unknown);
  });
});

test('of several lines about one thing each field is the last one that was named', async () => {
  const { status } = await bring(app, [
    line('tiktok_account', 'many', { display_name: 'First', ad_authorization: true, showcase: OTHER['showcase'] }),
    line('ad_account', 'many', { bc_id: 'bc2' }),
    line('tiktok_account', 'many', { handle: '@many', ad_authorization: false }),
    line('ad_account', 'many', { name: 'Many' }),
    line('tiktok_account', 'many', { display_name: 'Last', showcase: null }),
  ]);
  expect(status).toBe(200);
  expect(await rowOf('tiktok_account', 'many')).toEqual({
    handle: '@many',
    display_name: 'Last',
    ad_authorization: false,
    showcase: null,
  });
  expect(await rowOf('ad_account', 'many')).toEqual({ name: 'Many', bc_id: 'bc2' });
});

test.each(BOTH)('%s: a switch that is off stays off for a writer who does not know of it', async (by) => {
  const asks = async (): Promise<string> =>
    decision(app, 'sam', 'create_spark_ad', 'tiktok_account:brand', { advertiser_id: 'adv1', post: P1 });
  await grant(app, ['POST']);
  await assign(app, 'sam', ['POST']);
  await put(app, '/v1/ad-accounts/adv1/members/sam', { advertiser_role: 'OPERATOR' });
  await put(app, '/v1/tiktok-accounts/brand', { ad_authorization: false });
  expect(await asks()).toBe('DENY AD_AUTHORIZATION_OFF');
  expect(await write(by, 'tiktok_account', 'brand', { handle: `@brand-${by}`, display_name: 'Brand' })).toBe('200');
  expect(await asks()).toBe('DENY AD_AUTHORIZATION_OFF');
  expect(await write(by, 'tiktok_account', 'brand', { ad_authorization: null })).toBe('200');
  expect(await asks()).toBe('ALLOW via BUSINESS_CENTER');
});

test.each([
  ['/v1/business-centers/bc1/members/sam', {}],
  ['/v1/ad-accounts/adv1/members/sam', {}],
  ['/v1/tiktok-accounts/brand/links/sam', {}],
  ['/v1/entities/record/r1', {}],
])('400: PUT %s %j, whose one field is the fact itself', async (path, body) => {
  expect(await outcome(app, 'PUT', path, { body })).toBe('400 invalid_request');
});
