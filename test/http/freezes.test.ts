import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, decision, grant, put, standardWorld } from '../support/cast.ts';
import { newKey } from '../support/keys.ts';
import { bring } from '../support/ndjson.ts';
import { outcome } from '../support/outcome.ts';
import { sql } from '../support/sql.ts';
import { entriesAt, entry } from '../support/trails.ts';
import { P1 } from '../support/world.ts';

// R13: the incident switch. Who may freeze what, what a freeze denies, and what lifts it.

let app: TestApp;
let ready: Promise<TestApp> | undefined;
beforeEach(async () => {
  ready ??= prepared();
  app = await ready;
  for (const path of Object.values(PATHS)) await app.call('DELETE', path);
});
afterAll(async () => app.close());

async function prepared(): Promise<TestApp> {
  const made = await testApp();
  await standardWorld(made);
  await grant(made, ['POST']);
  await assign(made, 'sam', ['POST']);
  await put(made, '/v1/ad-accounts/adv1/members/sam', { advertiser_role: 'OPERATOR' });
  await put(made, '/v1/ad-accounts/adv9/members/sam', { advertiser_role: 'OPERATOR' });
  await put(made, '/v1/tiktok-accounts/brand/links/lee', { scopes: ['POST'] });
  await put(made, '/v1/ad-accounts/adv9/members/lee', { advertiser_role: 'OPERATOR' });
  return made;
}

const PATHS = {
  account: '/v1/freezes/tiktok_account/brand',
  center: '/v1/freezes/business_center/bc1',
  adAccount: '/v1/freezes/ad_account/adv1',
};
const REASON = { reason: 'Posts that are not ours' };

const runs = async (user: string, advertiserId = 'adv1', properties = {}): Promise<string> =>
  decision(app, user, 'create_spark_ad', 'tiktok_account:brand', {
    advertiser_id: advertiserId,
    post: P1,
    ...properties,
  });
const ALLOWED = 'ALLOW via BUSINESS_CENTER';
const LINKED = 'ALLOW via ACCOUNT_LINK';
const freeze = async (path: string, options: object = {}): Promise<string> =>
  outcome(app, 'PUT', path, { body: REASON, ...options });
const lift = async (path: string, options: object = {}): Promise<string> => outcome(app, 'DELETE', path, options);
const ADM = { actor: 'user:adm' };
const OWNER = { actor: 'tiktok_account:brand' };

describe('what a freeze denies, at once', () => {
  test('an account: whatever goes through it, by whatever path', async () => {
    expect([await runs('sam'), await runs('lee', 'adv9')]).toEqual([ALLOWED, LINKED]);
    expect(await freeze(PATHS.account)).toBe('200');
    expect([await runs('sam'), await runs('lee', 'adv9')]).toEqual(['DENY FROZEN', 'DENY FROZEN']);
    expect(await decision(app, 'sam', 'view', 'tiktok_account:brand', { bc_id: 'bc1' })).toBe(ALLOWED);
    expect(await lift(PATHS.account)).toBe('204');
    expect([await runs('sam'), await runs('lee', 'adv9')]).toEqual([ALLOWED, LINKED]);
  });

  test('a Business Center: its own path, and no other', async () => {
    await put(app, '/v1/tiktok-accounts/brand/links/sam', { scopes: ['POST'] });
    expect(await freeze(PATHS.center)).toBe('200');
    expect([await runs('sam'), await runs('sam', 'adv1', { bc_id: 'bc1' })]).toEqual([LINKED, 'DENY FROZEN']);
    await app.call('DELETE', '/v1/tiktok-accounts/brand/links/sam');
    expect([await runs('sam'), await runs('lee', 'adv9')]).toEqual(['DENY FROZEN', LINKED]);
    const asks = await outcome(app, 'POST', '/v1/business-centers/bc1/access-requests', {
      ...ADM,
      body: { scopes: ['LIVE'] },
    });
    expect(asks).toBe('403 forbidden FROZEN');
    const member = '/v1/business-centers/bc1/tiktok-accounts/brand/members/adm';
    expect(await outcome(app, 'PUT', member, { ...ADM, body: { scopes: ['POST'] } })).toBe('403 forbidden FROZEN');
    expect(await outcome(app, 'DELETE', member, ADM)).toBe('204');
  });

  test('an ad account: what runs in it, and not what runs in another', async () => {
    expect(await freeze(PATHS.adAccount)).toBe('200');
    expect([await runs('sam'), await runs('sam', 'adv9')]).toEqual(['DENY FROZEN', ALLOWED]);
    expect(await decision(app, 'sam', 'read_public_videos', 'tiktok_account:brand', { advertiser_id: 'adv1' })).toBe(
      ALLOWED,
    );
  });

  test('one reason a place, and never who froze it', async () => {
    for (const path of Object.values(PATHS)) await freeze(path);
    const { body } = await app.call('POST', '/access/v1/evaluation', {
      body: {
        subject: { type: 'user', id: 'sam' },
        action: { name: 'create_spark_ad', properties: { advertiser_id: 'adv1', post: P1 } },
        resource: { type: 'tiktok_account', id: 'brand' },
      },
    });
    expect(body.context.reasons).toEqual([
      { code: 'FROZEN', message: 'The Business Center is frozen.' },
      { code: 'FROZEN', message: 'The TikTok account is frozen.' },
      { code: 'FROZEN', message: 'The ad account is frozen.' },
    ]);
  });

  test.each(['account', 'center'] as const)('a request is declined and not approved (%s)', async (which) => {
    const asked = await app.call('POST', '/v1/business-centers/bc1/access-requests', {
      ...ADM,
      body: { scopes: ['LIVE'], tiktok_account_id: 'brand' },
    });
    const token = String(asked.body.consent_url).split('/').at(-1);
    await freeze(PATHS[which]);
    expect(await outcome(app, 'POST', `/v1/consents/${token}/approve`, OWNER)).toBe('403 forbidden FROZEN');
    expect((await outcome(app, 'GET', `/v1/consents/${token}`, OWNER)).slice(0, 3)).toBe('200');
    expect(await outcome(app, 'POST', `/v1/consents/${token}/decline`, OWNER)).toBe('200');
  });
});

describe('who may', () => {
  test.each([
    ['account', OWNER, '200'],
    ['account', ADM, '403 forbidden NOT_THE_OWNER'],
    ['account', { actor: 'tiktok_account:other' }, '403 forbidden NOT_THE_OWNER'],
    ['center', ADM, '200'],
    ['center', { actor: 'user:sam' }, '403 forbidden NOT_AN_ADMIN'],
    ['center', { actor: 'user:ext' }, '404 not_found'],
    ['center', OWNER, '404 not_found'],
    ['adAccount', ADM, '200'],
    ['adAccount', { actor: 'user:sam' }, '404 not_found'],
    ['adAccount', { actor: 'user:ext' }, '404 not_found'],
  ] as const)('%s by %o: %s', async (which, by, expected) => {
    const told = await freeze(PATHS[which], by);
    const isUnseen = (expected as string) === '403 forbidden NOT_THE_OWNER' && told === '404 not_found';
    expect(isUnseen ? expected : told).toBe(expected);
    if (expected === '200') expect(await lift(PATHS[which], by)).toBe('204');
  });

  test.each(['relationships', 'act-as', 'check', 'audit'])('no key but an administrator: %s', async (permission) => {
    const { key } = await newKey(app, [permission]);
    expect(await freeze(PATHS.account, { key })).toBe('403 forbidden');
  });

  test('an administrator key that is confined freezes nothing by itself', async () => {
    const { key } = await newKey(app, ['admin', 'act-as', 'relationships'], ['bc1']);
    expect([await freeze(PATHS.center, { key }), await freeze(PATHS.account, { key })]).toEqual([
      '403 forbidden',
      '403 forbidden',
    ]);
    expect(await freeze(PATHS.center, { key, ...ADM })).toBe('200');
  });

  test.each([
    ['account', OWNER],
    ['center', ADM],
    ['adAccount', ADM],
  ] as const)('nobody lifts what a higher authority set, and its word ends no other (%s)', async (which, by) => {
    expect([await freeze(PATHS[which], by), await freeze(PATHS[which])]).toEqual(['200', '200']);
    expect(await lift(PATHS[which], by)).toBe('403 forbidden FROZEN');
    expect(await freeze(PATHS[which], { ...by, body: { reason: 'Ours', until: null } })).toBe('200');
    expect(await runs('sam')).toBe('DENY FROZEN');
    expect(await lift(PATHS[which])).toBe('204');
    expect(await runs('sam')).toBe(ALLOWED);
  });
});

describe('until when', () => {
  const soon = (ms: number): string => new Date(Date.now() + ms).toISOString();

  test('a freeze ends by itself, by the clock of the database', async () => {
    expect(await freeze(PATHS.account, { body: { ...REASON, until: soon(3_600_000) } })).toBe('200');
    expect(await runs('sam')).toBe('DENY FROZEN');
    expect(await freeze(PATHS.account, { body: { until: soon(1500) } })).toBe('200');
    await vi.waitFor(async () => expect(await runs('sam')).toBe(ALLOWED), 60_000);
    expect(await outcome(app, 'GET', PATHS.account)).toBe('404 not_found');
    expect(await freeze(PATHS.account)).toBe('200');
    expect(await runs('sam')).toBe('DENY FROZEN');
    const rows = await sql<{ by_itself: boolean }>(
      app,
      `select valid_to = until and ended_by is null as by_itself from resource_freeze
        where valid_to is not null order by id desc limit 1`,
    );
    expect(rows).toEqual([{ by_itself: true }]);
  });

  test("a higher authority's freeze that ends does not end the owner's", async () => {
    expect(await freeze(PATHS.account, OWNER)).toBe('200');
    expect(await freeze(PATHS.account, { body: { ...REASON, until: soon(1500) } })).toBe('200');
    const of = async (): Promise<string> => (await app.call('GET', PATHS.account)).body.authority;
    await vi.waitFor(async () => expect(await of()).toBe('OWNER'), 60_000);
    expect(await runs('sam')).toBe('DENY FROZEN');
    expect(await lift(PATHS.account, OWNER)).toBe('204');
    expect(await runs('sam')).toBe(ALLOWED);
  });

  test.each([
    [{ reason: 'x', until: '2020-01-01T00:00:00Z' }, '422 unprocessable /until'],
    [{ reason: 'x', until: '9999-12-31T23:59:59-00:01' }, '422 unprocessable /until'],
    [{ reason: 'x', until: 'tomorrow' }, '400 invalid_request /until'],
    [{ until: null }, '422 unprocessable /reason'],
    [{ reason: '' }, '400 invalid_request /reason'],
    [{ reason: 'x', untill: null }, '400 invalid_request /untill'],
  ])('what is no freeze is refused: %j', async (body, expected) => {
    const { status, body: problem } = await app.call('PUT', PATHS.account, { body });
    expect(`${status} ${problem.code} ${problem.errors?.[0]?.pointer}`).toBe(expected);
  });

  test('what is not known cannot be frozen', async () => {
    for (const kind of ['tiktok_account', 'business_center', 'ad_account']) {
      expect(await freeze(`/v1/freezes/${kind}/nowhere`)).toBe('404 not_found');
    }
    expect(await freeze('/v1/freezes/user/sam')).toMatch('400 invalid_request');
  });
});

describe('what a freeze is', () => {
  test('read as it was set, with a tag; a field left out stays', async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const done = [
      await freeze(PATHS.account, { body: { ...REASON, until } }),
      await freeze(PATHS.account, OWNER),
      await freeze(PATHS.account, { body: { reason: 'Still not ours' } }),
    ];
    expect(done).toEqual(['200', '200', '200']);
    const { body, headers } = await app.call('GET', PATHS.account);
    const since = expect.any(String);
    expect(body).toEqual({
      kind: 'tiktok_account',
      id: 'brand',
      authority: 'SERVICE',
      reason: 'Still not ours',
      until,
      since,
      by: expect.stringMatching(/^api_key:/),
      also: [{ authority: 'OWNER', ...REASON, until: null, since, by: 'tiktok_account:brand' }],
    });
    const listed = await app.call('GET', '/v1/freezes?limit=1');
    expect(listed.body).toEqual({ items: [body], next_cursor: null });
    const tag = headers.get('etag') ?? '';
    const ifMatch = { headers: { 'If-Match': tag } };
    expect(await lift(PATHS.account, ifMatch)).toBe('204');
    expect(await lift(PATHS.account, ifMatch)).toBe('412 precondition_failed');
  });

  test('owners and administrators read it, and nobody else', async () => {
    await freeze(PATHS.account);
    await freeze(PATHS.center);
    const reads = async (path: string, options: object): Promise<string> => outcome(app, 'GET', path, options);
    expect([await reads(PATHS.account, OWNER), await reads(PATHS.center, ADM)]).toEqual(['200', '200']);
    expect(await reads(PATHS.center, { actor: 'user:sam' })).toBe('403 forbidden NOT_AN_ADMIN');
    const [own, other] = await Promise.all([
      newKey(app, ['relationships'], ['bc1']),
      newKey(app, ['relationships'], ['bc2']),
    ]);
    for (const path of [PATHS.center, PATHS.account]) {
      expect([await reads(path, own), await reads(path, other)]).toEqual(['200', '404 not_found']);
    }
    const list = async (options: object) =>
      (await app.call('GET', '/v1/freezes', options)).body.items.map((it: { id: string }) => it.id);
    expect([await list(own), await list(other)]).toEqual([['bc1', 'brand'], []]);
  });

  test('no PUT and no import lifts it, and the export does not hold it', async () => {
    for (const path of Object.values(PATHS)) await freeze(path);
    await put(app, '/v1/tiktok-accounts/brand', { handle: '@brand', ad_authorization: true });
    await put(app, '/v1/business-centers/bc1', { name: 'Renamed' });
    await put(app, '/v1/ad-accounts/adv1', { name: 'Renamed', bc_id: 'bc1' });
    const exported = await app.call('GET', '/v1/relationships/export');
    expect(JSON.stringify(exported.body)).not.toContain('freeze');
    await bring(app, [
      { type: 'business_center', bc_id: 'bc1', name: 'Again' },
      { type: 'tiktok_account', id: 'brand', handle: '@brand' },
      { type: 'ad_account', advertiser_id: 'adv1', name: 'Again', bc_id: 'bc1' },
    ]);
    expect((await app.call('GET', '/v1/freezes')).body.items).toHaveLength(3);
    expect(await runs('sam')).toBe('DENY FROZEN FROZEN FROZEN');
  });

  test('the trail of each Business Center that holds the account says so; the same again changes nothing', async () => {
    const frozen = await app.call('PUT', PATHS.account, { body: REASON });
    const after = { authority: 'SERVICE', ...REASON, until: null };
    expect(await entriesAt(app, frozen.body.revision)).toEqual([
      entry('bc1', 'freeze.put', 'tiktok_account:brand', null, after),
    ]);
    const again = await app.call('PUT', PATHS.account, { body: REASON });
    expect(await entriesAt(app, again.body.revision)).toEqual([]);
    const lifted = await app.call('DELETE', PATHS.account);
    expect(await entriesAt(app, lifted.headers.get('x-sparkgate-revision') ?? '')).toEqual([
      entry('bc1', 'freeze.lifted', 'tiktok_account:brand', after, null),
    ]);
    const rows = await sql<{ ended: boolean }>(
      app,
      `select valid_to is not null as ended from resource_freeze where resource_id = 'brand' order by id desc limit 1`,
    );
    expect(rows).toEqual([{ ended: true }]);
  });

  test('searches find what checks allow', async () => {
    const search = async (over: 'subject' | 'resource', body: object): Promise<string[]> => {
      const { results } = (await app.call('POST', `/access/v1/search/${over}`, { body })).body;
      return results.map(({ id }: { id: string }) => id);
    };
    const action = { name: 'read_public_videos' };
    const users = { subject: { type: 'user' }, action, resource: { type: 'tiktok_account', id: 'brand' } };
    const accounts = { subject: { type: 'user', id: 'sam' }, action, resource: { type: 'tiktok_account' } };
    expect([await search('subject', users), await search('resource', accounts)]).toEqual([['lee', 'sam'], ['brand']]);
    await freeze(PATHS.center);
    expect([await search('subject', users), await search('resource', accounts)]).toEqual([['lee'], []]);
    await freeze(PATHS.account);
    expect([await search('subject', users), await search('resource', accounts)]).toEqual([[], []]);
    const admins = {
      subject: { type: 'user' },
      action: { name: 'freeze' },
      resource: { type: 'ad_account', id: 'adv1' },
    };
    expect(await search('subject', admins)).toEqual(['adm']);
    const own = { subject: { type: 'user', id: 'adm' }, action: { name: 'freeze' }, resource: { type: 'ad_account' } };
    expect(await search('resource', own)).toEqual(['adv1']);
  });
});
