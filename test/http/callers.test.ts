import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, testApp, type TestApp } from '../support/app.ts';
import { entity, grant, standardWorld } from '../support/cast.ts';
import { newKey } from '../support/keys.ts';
import { outcome } from '../support/outcome.ts';

let app: TestApp;
let keys: Record<string, string>;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await grant(app, ['POST']);
  const permissions = ['check', 'relationships', 'act-as', 'audit', 'admin'];
  const made = await Promise.all(permissions.map(async (it) => [it, (await newKey(app, [it])).key] as const));
  keys = Object.fromEntries(made);
});
afterAll(async () => app.close());

const ASK = { subject: entity('sam'), action: { name: 'read_profile' }, resource: entity('tiktok_account:brand') };
const CALLS: Record<string, (key: string | null) => Promise<string>> = {
  check: async (key) => outcome(app, 'POST', '/access/v1/evaluation', { key, body: ASK }),
  write: async (key) => outcome(app, 'PUT', '/v1/tiktok-accounts/brand', { key, body: { handle: '@brand' } }),
  act: async (key) => outcome(app, 'GET', '/v1/tiktok-accounts/brand/grants', { key, actor: 'tiktok_account:brand' }),
  audit: async (key) => outcome(app, 'GET', '/v1/audit', { key }),
  keys: async (key) => outcome(app, 'GET', '/v1/api-keys', { key }),
};

describe('who calls', () => {
  test.each(Object.keys(CALLS))('401 without a key: %s', async (call) => {
    expect(await CALLS[call]?.(null)).toBe('401 unauthenticated');
  });

  test.each([
    ['a made-up key', () => `sg_${'0'.repeat(32)}_${'a'.repeat(43)}`],
    ['the secret of another key', () => (keys['check'] ?? '').slice(0, 36) + (keys['admin'] ?? '').slice(36)],
    ['a key with one letter more', () => `${keys['check']}x`],
    ["the administrator's key with one letter less", () => ADMIN_KEY.slice(0, -1)],
    ['what is no key', () => 'x'],
  ])('401: %s', async (_, key) => {
    expect(await CALLS['check']?.(key())).toBe('401 unauthenticated');
  });

  test('401 says how to come in; another scheme is none', async () => {
    const answer = await app.call('GET', '/v1/audit', { key: null, headers: { Authorization: `Basic ${ADMIN_KEY}` } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer realm="sparkgate"');
  });

  test.each([
    ['check', 'check'],
    ['relationships', 'write'],
    ['act-as', 'act'],
    ['audit', 'audit'],
    ['admin', 'check write act audit keys'],
  ])('a key with %s may: %s, and nothing else', async (permission, expected) => {
    const may = [];
    for (const [call, ask] of Object.entries(CALLS)) {
      const answer = await ask(keys[permission] ?? '');
      if (answer === '200') may.push(call);
      else expect(answer).toBe('403 forbidden');
    }
    expect(may.join(' ')).toBe(expected);
  });

  test('the bootstrap key is an administrator from the start', async () => {
    const answers = await Promise.all(Object.values(CALLS).map(async (ask) => ask(ADMIN_KEY)));
    expect(new Set(answers)).toEqual(new Set(['200']));
  });
});

describe('the life of a key', () => {
  test('its text is shown once, and only its hash is kept', async () => {
    const { id, key } = await newKey(app, ['check']);
    const listed = await app.call('GET', '/v1/api-keys', { key: ADMIN_KEY });
    const own = listed.body.items.find((item: { id: string }) => item.id === id);
    expect(own).toEqual({
      id,
      name: 'check',
      permissions: ['check'],
      bc_ids: null,
      created_at: expect.any(String),
      revoked_at: null,
      expires_at: null,
      last_used_on: null,
      previous_secret_until: null,
    });
    expect(JSON.stringify(listed.body)).not.toContain(key.slice(36));
  });

  test('401 on the very next call once it is revoked, each time', async () => {
    for (let round = 0; round < 30; round += 1) {
      const { id, key } = await newKey(app, ['check']);
      expect(await CALLS['check']?.(key)).toBe('200');
      expect(await outcome(app, 'DELETE', `/v1/api-keys/${id}`)).toBe('204');
      expect(await CALLS['check']?.(key)).toBe('401 unauthenticated');
    }
  });

  test('revoking is done once, and what is no key is not found', async () => {
    const { id } = await newKey(app, ['check']);
    const revoke = async (which: string): Promise<string> => outcome(app, 'DELETE', `/v1/api-keys/${which}`);
    expect([await revoke(id), await revoke(id)]).toEqual(['204', '204']);
    expect(await revoke('nothing')).toBe('404 not_found');
  });

  test.each([
    { name: 'x', permissions: [] },
    { name: 'x', permissions: ['root'] },
    { name: '', permissions: ['check'] },
    { name: 'x', permissions: ['check'], bc_ids: [] },
    { permissions: ['check'] },
  ])('400: %j', async (body) => {
    expect(await outcome(app, 'POST', '/v1/api-keys', { body })).toBe('400 invalid_request');
  });
});

describe('for whom it calls', () => {
  const act = async (actor: string | undefined, key: string = keys['act-as'] ?? ''): Promise<string> =>
    outcome(app, 'GET', '/v1/business-centers/bc1/access-requests', { key, ...(actor !== undefined && { actor }) });
  const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

  test('a person by X-Actor; a key alone is nobody', async () => {
    expect(await act('user:adm')).toBe('200');
    expect(await act(undefined)).toBe('400 invalid_request');
  });

  test.each(['adm', 'user:', 'operator:x', 'user', 'api_key:1', ':adm', `user:${'x'.repeat(129)}`, 'user:a\tb'])(
    '400: X-Actor %j',
    async (actor) => {
      expect(await act(actor)).toBe('400 invalid_request');
    },
  );

  test('X-Actor is UTF-8, as ids are; other bytes are refused', async () => {
    const path = '/v1/business-centers/bc1/members/';
    expect(await outcome(app, 'PUT', `${path}${encodeURIComponent('李雷:é')}`, { body: { user_role: 'ADMIN' } })).toBe(
      '200',
    );
    const viewed = await app.call('GET', '/v1/business-centers/bc1/tiktok-accounts', { actor: utf8('user:李雷:é') });
    expect(viewed.body.items).toHaveLength(1);
    expect(await act('user:\u00FF\u00FE')).toBe('400 invalid_request');
  });

  test('403: on behalf of anybody, without the permission to act', async () => {
    expect(await act('user:adm', keys['check'])).toBe('403 forbidden');
    expect(await act('user:adm', keys['relationships'])).toBe('403 forbidden');
  });

  test('a check asks of its own subject, whoever acts', async () => {
    expect(await outcome(app, 'POST', '/access/v1/evaluation', { actor: 'user:ext', body: ASK })).toBe('200');
    expect(await outcome(app, 'POST', '/access/v1/evaluation', { key: keys['act-as'] ?? '', body: ASK })).toBe(
      '403 forbidden',
    );
  });
});
