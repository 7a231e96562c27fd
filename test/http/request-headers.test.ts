import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACTOR, REQUEST_ID, REVISIONS } from '../../src/http/docs/header-patterns.ts';
import { actorOf } from '../../src/identity/actor.ts';
import { testApp, type Answer, type TestApp } from '../support/app.ts';
import { put, standardWorld } from '../support/cast.ts';
import { overHttp, type OverHttp } from '../support/over-http.ts';

// Ids in headers: what a header cannot carry is percent-encoded, and what it says is taken or refused as a whole.

let app: TestApp;
let http: OverHttp;
beforeAll(async () => {
  app = await testApp();
  http = await overHttp(app);
  await standardWorld(app);
});
afterAll(async () => {
  await http.close();
  await app.close();
});

const part = encodeURIComponent;
const CHECK = {
  subject: { type: 'user', id: 'sam' },
  action: { name: 'view' },
  resource: { type: 'tiktok_account', id: 'brand' },
};

describe('X-Actor', () => {
  const grants = async (value: string): Promise<unknown> => {
    const { status, body } = await http.send('GET', '/v1/tiktok-accounts/brand/grants', { actor: value });
    return status === 400 ? body.errors : status;
  };

  test.each([
    ['as it is', 'tiktok_account:brand'],
    ['encoded', 'tiktok_account:%62rand'],
    ['encoded as a whole', 'tiktok%5Faccount%3Abrand'],
  ])('%s', async (_, value) => expect(await grants(value)).toBe(200));

  test('is decoded once: a % of the id is sent as %25', async () => {
    await put(app, '/v1/tiktok-accounts/a%2541', { handle: 'percent' });
    await put(app, '/v1/tiktok-accounts/aA', { handle: 'letters' });
    const of = async (id: string, value: string): Promise<number> =>
      (await http.send('GET', `/v1/tiktok-accounts/${part(id)}/grants`, { actor: value })).status;
    expect(await of('a%41', 'tiktok_account:a%2541')).toBe(200);
    expect(await of('aA', 'tiktok_account:a%41')).toBe(200);
    expect(await of('a%41', 'tiktok_account:a%41')).not.toBe(200);
  });

  test('is UTF-8 as it is, too', async () => {
    await put(app, `/v1/tiktok-accounts/${part('李雷')}`, { handle: 'han' });
    const raw = Buffer.from('tiktok_account:李雷').toString('latin1');
    const { status } = await http.send('GET', `/v1/tiktok-accounts/${part('李雷')}/grants`, { actor: raw });
    expect(status).toBe(200);
  });

  test.each([
    ['sam', 'takes user:<id> or tiktok_account:<id>'],
    ['operator:operator', 'takes user:<id> or tiktok_account:<id>'],
    ['user:', 'the id must not be empty'],
    ['user:%20sam', 'the id must not begin or end with white space or with characters that are not seen'],
    ['user:..', 'the id must not be "." or ".."'],
    ['user:a%00b', 'the id must be well-formed text without control characters'],
    ['user:100%', 'is not well-formed percent-encoded UTF-8; a % itself is sent as %25'],
    ['user:%C3%28', 'is not well-formed percent-encoded UTF-8; a % itself is sent as %25'],
    ['user:\u00FC', 'is not UTF-8'],
  ])('400: %s', async (value, message) => expect(await grants(value)).toEqual([{ pointer: 'X-Actor', message }]));
});

describe('X-Request-ID', () => {
  const sent = async (id: string | null): Promise<{ status: number; echoed: string | null; body: Answer['body'] }> => {
    const headers: Record<string, string> = id === null ? {} : { 'X-Request-ID': id };
    const { status, headers: answered, body } = await http.send('GET', '/v1/nothing', { headers });
    return { status, echoed: answered.get('X-Request-ID'), body };
  };

  test.each([
    ['plain', 'an-id', 'an-id'],
    ['percent-encoded UTF-8', '%E6%9D%8E%20x', '李 x'],
    ['a % that encodes nothing', '100%', '100%'],
    ['an encoded control', 'a%00b', 'a%00b'],
    ['128 characters, encoded', part('李'.repeat(128)), '李'.repeat(128)],
  ])('%s comes back as it was sent, and is recorded as it is meant', async (_, value, meant) => {
    const { echoed, body } = await sent(value);
    expect([echoed, body.request_id]).toEqual([value, meant]);
    const path = '/v1/business-centers/bc1/members/of-a-request';
    for (const method of ['PUT', 'DELETE']) {
      const options = {
        headers: { 'X-Request-ID': value },
        ...(method === 'PUT' && { body: { user_role: 'STANDARD' } }),
      };
      expect((await http.send(method, path, options)).status).toBeLessThan(300);
    }
    const { body: trail } = await http.send('GET', '/v1/audit?limit=200&bc_id=bc1');
    expect(trail.items.filter((it: { request_id: string }) => it.request_id === meant)).toHaveLength(2);
  });

  test.each([null, ''])('%j: a fresh one', async (value) => {
    const { status, echoed, body } = await sent(value);
    expect([status, echoed]).toEqual([404, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect(body.request_id).toBe(echoed);
  });

  test.each([
    ['129 characters', 'x'.repeat(129)],
    ['12 KB', 'x'.repeat(12_000)],
    ['129 characters, encoded', part('李'.repeat(129))],
    ['129 characters with a % that encodes nothing', `${'x'.repeat(128)}%`],
    ['more than 128 with an encoded control', `%00${part('李'.repeat(127))}`],
    ['a tab', 'a\tb'],
    ['raw UTF-8', Buffer.from('李').toString('latin1')],
    ['Latin-1', '\u00FC'],
  ])('400 for %s, under a fresh one', async (_, value) => {
    for (const path of ['/v1/audit', '/healthz', '/access/v1/evaluation', '/console']) {
      const { status, headers, body } = await http.send('GET', path, { headers: { 'X-Request-ID': value } });
      expect([path, status, body.errors]).toEqual([
        path,
        400,
        [{ pointer: 'X-Request-ID', message: expect.stringMatching(/128/) }],
      ]);
      expect([headers.get('X-Request-ID'), body.request_id]).toEqual([
        body.request_id,
        expect.stringMatching(/^[0-9a-f-]{36}$/),
      ]);
    }
  });
});

test.each([
  ['/access/v1/evaluation', CHECK],
  ['/access/v1/evaluations', { evaluations: [CHECK] }],
  ['/access/v1/evaluations', { evaluations: [null] }],
  ['/access/v1/search/subject', CHECK],
  ['/access/v1/search/resource', CHECK],
  ['/access/v1/search/action', CHECK],
])('X-Sparkgate-Revision names revisions, or is a 400: %s %j', async (path, body) => {
  const revision = await put(app, '/v1/business-centers/bc1', { name: `Agency ${Math.random()}` });
  const told = new RegExp(REVISIONS);
  for (const asked of ['', 'x', '1', `${revision},`, `${revision}x`, Array(21).fill(revision).join()]) {
    const answer = await http.send('POST', path, { body, headers: { 'X-Sparkgate-Revision': asked } });
    const errors = [{ pointer: 'X-Sparkgate-Revision', message: 'takes 1 to 20 revisions, separated by commas' }];
    expect([asked, told.test(asked), answer.status, answer.body.errors]).toEqual([asked, false, 400, errors]);
  }
  for (const asked of [revision, `${revision} ,${revision}`, Array(20).fill(revision).join(', ')]) {
    const { status } = await http.send('POST', path, { body, headers: { 'X-Sparkgate-Revision': asked } });
    expect([asked, told.test(asked), status]).toEqual([asked, true, 200]);
  }
});

describe('what the document calls valid is taken', () => {
  test('X-Actor', () => {
    const ids = new Set<string | undefined>();
    fc.assert(
      fc.property(fc.stringMatching(new RegExp(ACTOR)), (header) => void ids.add(actorOf(header)?.id)),
      { numRuns: 2000 },
    );
    expect(ids.size).toBeGreaterThan(1000);
    for (const id of ['sam', '李雷', 'a b', 'Ωmega', 'مريم', 'ひろ', '한', '😀', 'a.b', 'x'.repeat(128)]) {
      expect([id, new RegExp(ACTOR).test(`user:${part(id)}`)]).toEqual([id, true]);
    }
    for (const id of ['', '.', '..', ' a', 'a ', '\u00A0a', 'a\u200B', '\u0000', '\uFFFDx', 'x'.repeat(129)]) {
      expect([id, new RegExp(ACTOR).test(`user:${part(id)}`)]).toEqual([id, false]);
    }
  });

  test('X-Request-ID', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(new RegExp(REQUEST_ID)), async (id) => {
        const { status } = await http.send('GET', '/healthz', { headers: { 'X-Request-ID': id } });
        expect(status).toBe(200);
      }),
      { numRuns: 300 },
    );
  });
});
