import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { testApp, type Answer, type TestApp } from '../support/app.ts';
import { assign, entity, grant, put, requestToken, standardWorld } from '../support/cast.ts';
import { CLIENT, startIssuer, type TestIssuer } from '../support/issuer.ts';
import { catalogApp } from '../support/record.ts';
import { signInAs } from '../support/signed-in.ts';

// What a person may not know of answers as what does not exist: R4 hides from standard members what is not assigned.

const AUDIENCE = 'https://api.sparkgate.test';
let issuers: Record<'user' | 'tiktok_account', TestIssuer>;
let app: TestApp;
beforeAll(async () => {
  const redirectUris = ['http://127.0.0.1:9/cb'];
  issuers = { user: await startIssuer({ redirectUris }), tiktok_account: await startIssuer({ redirectUris }) };
  app = await catalogApp({
    OIDC_ISSUER: issuers.user.url,
    OIDC_CLIENT_ID: CLIENT.id,
    OIDC_AUDIENCE: AUDIENCE,
    TIKTOK_OIDC_ISSUER: issuers.tiktok_account.url,
    TIKTOK_OIDC_CLIENT_ID: CLIENT.id,
    TIKTOK_OIDC_AUDIENCE: AUDIENCE,
  });
  await world(app);
});
afterAll(async () => {
  await app.close();
  await Promise.all(Object.values(issuers).map(async (it) => it.close()));
});

/** @brand is assigned to sam; bc1 holds @held, and held @left, which sam used; bc2 holds @other; nobody holds @free. */
async function world(it: TestApp): Promise<void> {
  await standardWorld(it);
  await grant(it, ['POST']);
  await assign(it, 'sam', ['POST']);
  for (const id of ['held', 'left', 'free']) await put(it, `/v1/tiktok-accounts/${id}`, { handle: `@${id}` });
  for (const id of ['held', 'left']) await grant(it, ['POST'], 'bc1', id);
  await it.call('PUT', '/v1/business-centers/bc1/tiktok-accounts/left/members/sam', {
    actor: 'user:adm',
    body: { scopes: ['POST'] },
  });
  await it.call('DELETE', '/v1/tiktok-accounts/left/grants/bc1', { actor: 'tiktok_account:left' });
  await grant(it, ['POST'], 'bc2', 'other', 'ext');
  await put(it, '/v1/tiktok-accounts/held', { handle: '@held', ad_authorization: false });
}

async function as(person: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const { type, id } = entity(person);
  const exp = Math.floor(Date.now() / 1000) + 300;
  const key = await issuers[type as 'user' | 'tiktok_account'].token({ sub: id, aud: AUDIENCE, exp });
  return app.call(method, path, { key, ...(body !== undefined && { body }) });
}

/** Everything that an answer says, but for ids of its own, with the same name for what was asked about. */
function said({ status, body }: Answer, id: string): unknown {
  const text = JSON.stringify(body).replaceAll(`"${id}"`, '"{}"');
  return { status, body: text.replaceAll(/"(id|request_id|revision)":"[0-9a-f.-]+"/g, '"$1":""') };
}

const HIDDEN = ['held', 'left', 'other', 'free'];
const UNKNOWN = 'no-such';
const ACTIONS = [
  'view',
  'assign_member',
  'unassign_member',
  'view_assignments',
  'view_account_history',
  'revoke_grant',
  'view_grants',
  'read_profile',
  'read_public_videos',
  'read_live_videos',
  'create_spark_ad',
  'no_such_action',
];

describe('sam, by token', () => {
  test.each(HIDDEN)('a check about @%s answers as about what does not exist, whatever the action', async (id) => {
    for (const name of ACTIONS) {
      for (const properties of [{}, { bc_id: 'bc1' }, { bc_id: 'bc2', advertiser_id: 'adv1' }]) {
        const ask = async (account: string): Promise<unknown> => {
          const resource = { type: 'tiktok_account', id: account };
          const body = { subject: entity('sam'), action: { name, properties }, resource };
          return said(await as('sam', 'POST', '/access/v1/evaluation', body), account);
        };
        expect(await ask(id)).toEqual(await ask(UNKNOWN));
      }
    }
  });

  test('an action that no policy knows tells of nothing, be it there, hidden, or of no kind', async () => {
    const resources = ['tiktok_account:brand', 'tiktok_account:held', 'tiktok_account:no-such', 'business_center:bc1'];
    const others = ['business_center:bc2', 'access_request:x', 'warehouse:w1', 'sparkgate_service:x', 'catalog:c1'];
    const answers = [...resources, ...others].map(async (resource) => {
      const asked = { subject: entity('sam'), action: { name: 'no_such_action' }, resource: entity(resource) };
      return said(await as('sam', 'POST', '/access/v1/evaluation', asked), entity(resource).id);
    });
    expect(new Set((await Promise.all(answers)).map((it) => JSON.stringify(it))).size).toBe(1);
  });

  const VERBS: [string, string, unknown?][] = [
    ['PUT', '/v1/business-centers/bc1/tiktok-accounts/{}/members/sam', { scopes: ['POST'] }],
    ['DELETE', '/v1/business-centers/bc1/tiktok-accounts/{}/members/sam'],
    ['DELETE', '/v1/business-centers/bc1/tiktok-accounts/{}'],
    ['GET', '/v1/tiktok-accounts/{}/grants'],
    ['DELETE', '/v1/tiktok-accounts/{}/grants/bc1'],
  ];
  test.each(VERBS)('%s %s is a 404 alike for what is hidden and what is not there', async (method, path, body) => {
    const ask = async (id: string): Promise<unknown> => said(await as('sam', method, path.replace('{}', id), body), id);
    const unknown = await ask(UNKNOWN);
    expect(unknown).toMatchObject({ status: 404 });
    for (const id of HIDDEN) expect(await ask(id)).toEqual(unknown);
  });

  test('a request of another Business Center is as unknown as one that never was', async () => {
    const made = await app.call('POST', '/v1/business-centers/bc2/access-requests', {
      actor: 'user:ext',
      body: { scopes: ['POST'] },
    });
    const { id } = made.body;
    for (const bc of ['bc1', 'bc2']) {
      const ask = async (which: string): Promise<unknown> =>
        said(await as('sam', 'GET', `/v1/business-centers/${bc}/access-requests/${which}`), which);
      expect(await ask(id)).toEqual(await ask('01a22000-0000-7000-8000-000000000000'));
    }
  });

  // Who the members are is for administrators; an account's owner may name any Business Center at all.
  test.each([
    ['sam', 'bc1', 'brand', ['adm', 'sam']],
    ['tiktok_account:brand', 'bc1', 'brand', ['adm', 'sam']],
    ['tiktok_account:brand', 'bc2', 'brand', ['ext']],
    ['tiktok_account:free', 'bc1', 'free', ['adm']],
  ])('%s learns of nobody whether they are a member of %s', async (person, bcId, account, members) => {
    const resource = { type: 'tiktok_account', id: account };
    for (const scopes of [['POST'], ['LIVE'], []]) {
      const properties = { bc_id: bcId, scopes };
      const ask = async (userId: string): Promise<unknown> => {
        const action = { name: 'assign_member', properties: { ...properties, user_id: userId } };
        const body = { subject: entity(person), action, resource };
        const path = `/v1/business-centers/${bcId}/tiktok-accounts/${account}/members/${userId}`;
        const search = { ...body, resource: { type: 'tiktok_account' } };
        return [
          said(await as(person, 'POST', '/access/v1/evaluation', body), userId),
          said(await as(person, 'POST', '/access/v1/search/resource', search), userId),
          said(await as(person, 'PUT', path, { scopes }), userId),
        ];
      };
      const nobody = await ask(UNKNOWN);
      for (const member of members) expect(await ask(member)).toEqual(nobody);
    }
  });

  test('an administrator is told that who is to be assigned is no member, whatever else is missing', async () => {
    for (const [id, scopes] of [
      ['held', ['POST']],
      ['held', ['LIVE']],
      ['left', ['POST']],
    ] as const) {
      const action = { name: 'assign_member', properties: { bc_id: 'bc1', user_id: UNKNOWN, scopes } };
      const body = { subject: entity('adm'), action, resource: { type: 'tiktok_account', id } };
      const { context } = (await as('adm', 'POST', '/access/v1/evaluation', body)).body;
      expect(context.reasons.map(({ code }: { code: string }) => code)).toContain('NOT_A_MEMBER');
    }
  });

  test('the pages of the console: 404 alike, and the list holds nothing hidden', async () => {
    const own = await testApp();
    onTestFinished(async () => own.close());
    await world(own);
    const sam = await signInAs(own, 'user:sam');
    const page = async (path: string, id: string) => {
      const response = await sam.get(`/console/bc1/tiktok-accounts/${id}${path}`);
      const text = await response.text();
      return { status: response.status, text: text.replaceAll(id, '{}').replaceAll(/[0-9a-f-]{36}/g, '') };
    };
    for (const path of ['', '/assign', '/revoke', '/members/sam']) {
      const unknown = await page(path, UNKNOWN);
      expect(unknown.status).toBe(404);
      expect((await page(path, 'brand')).status).toBe(path === '' ? 200 : 403);
      for (const id of HIDDEN) expect(await page(path, id)).toEqual(unknown);
    }
    const list = await (await sam.get('/console/bc1/tiktok-accounts')).text();
    expect(list).toContain('@brand');
    for (const id of HIDDEN) expect(list).not.toContain(`@${id}`);
  });
});

test.each(['brand', 'free'])(
  'the owner of @%s is told what is missing, and never that there is no such account',
  async (id) => {
    const owner = `tiktok_account:${id}`;
    for (const name of ACTIONS.slice(0, -1)) {
      for (const properties of [{}, { bc_id: 'bc1' }, { bc_id: 'bc2', advertiser_id: 'adv1' }]) {
        const body = { subject: entity(owner), action: { name, properties }, resource: entity(owner) };
        const { decision, context } = (await as(owner, 'POST', '/access/v1/evaluation', body)).body;
        const codes = context.reasons.map(({ code }: { code: string }) => code);
        expect(codes).not.toContain('UNKNOWN_RESOURCE');
        expect({ name, allowed: decision, told: codes.length > 0 }).toEqual({
          name,
          allowed: ['revoke_grant', 'view_grants'].includes(name),
          told: !decision,
        });
      }
    }
  },
);

describe('an unnamed request', () => {
  const find = async (person: string, by: 'key' | 'token', name: string): Promise<string[]> => {
    const body = { subject: entity(person), action: { name }, resource: { type: 'access_request' } };
    const path = '/access/v1/search/resource';
    const answer = await (by === 'key' ? app.call('POST', path, { body }) : as(person, 'POST', path, body));
    expect(answer.status).toBe(200);
    return answer.body.results.map(({ id }: { id: string }) => id);
  };

  test.each(['view_consent', 'approve', 'decline'])(
    'is found by no search for %s, a named one by its owner',
    async (name) => {
      await requestToken(app, ['LIVE']);
      const body = { scopes: ['LIVE'], tiktok_account_id: 'free' };
      const named = await app.call('POST', '/v1/business-centers/bc2/access-requests', { actor: 'user:ext', body });
      const found = await find('tiktok_account:free', 'token', name);
      expect(found).toContain(named.body.id);
      expect(found).toEqual(await find('tiktok_account:free', 'key', name));
      for (const by of ['key', 'token'] as const) expect(await find('tiktok_account:brand', by, name)).toEqual([]);
      await app.call('POST', `/v1/business-centers/bc2/access-requests/${named.body.id}/cancel`, { actor: 'user:ext' });
    },
  );
});

describe('what is stored', () => {
  const ask = async (by: 'key' | 'token', sent: { subject?: object; resource?: object }): Promise<boolean> => {
    const body = {
      subject: { ...entity('sam'), properties: sent.subject },
      action: { name: 'read' },
      resource: { ...entity('catalog:c1'), properties: sent.resource },
    };
    const path = '/access/v1/evaluation';
    const answer = await (by === 'key' ? app.call('POST', path, { body }) : as('sam', 'POST', path, body));
    expect(answer.status).toBe(200);
    return answer.body.decision;
  };

  test.each<['key' | 'token', object, boolean]>([
    ['key', {}, false],
    ['key', { subject: { department: 'sales' } }, true],
    ['key', { resource: { department: 'legal' } }, true],
    ['token', {}, false],
    ['token', { subject: { department: 'sales' } }, false],
    ['token', { resource: { department: 'legal' } }, false],
    ['token', { subject: { department: 'sales' }, resource: { department: 'sales' } }, false],
  ])('by %s, with %j sent: %s', async (by, sent, expected) => {
    await put(app, '/v1/entities/user/sam', { attributes: { department: 'legal' } });
    await put(app, '/v1/entities/catalog/c1', { attributes: { department: 'sales' } });
    expect(await ask(by, sent)).toBe(expected);
  });
});
