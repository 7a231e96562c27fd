import { createHmac } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { testApp, type Answer, type TestApp } from '../support/app.ts';
import { assign, entity, grant, put, standardWorld } from '../support/cast.ts';
import { CLIENT, startIssuer, type TestIssuer } from '../support/issuer.ts';
import { inWords } from '../support/outcome.ts';

const AUDIENCE = 'https://api.sparkgate.test';
let users: TestIssuer;
let owners: TestIssuer;
let app: TestApp;
beforeAll(async () => {
  users = await startIssuer({ redirectUris: ['http://127.0.0.1:9/cb'] });
  owners = await startIssuer({ redirectUris: ['http://127.0.0.1:9/cb'] });
  app = await testApp({
    OIDC_ISSUER: users.url,
    OIDC_CLIENT_ID: CLIENT.id,
    OIDC_AUDIENCE: AUDIENCE,
    TIKTOK_OIDC_ISSUER: owners.url,
    TIKTOK_OIDC_CLIENT_ID: CLIENT.id,
    TIKTOK_OIDC_AUDIENCE: AUDIENCE,
  });
  await standardWorld(app);
  await grant(app, ['POST']);
  await assign(app, 'sam', ['POST']);
});
afterAll(async () => {
  await app.close();
  await Promise.all([users.close(), owners.close()]);
});
afterEach(() => vi.useRealTimers());

const seconds = (from = 0): number => Math.floor(Date.now() / 1000) + from;
const usual = (sub: string) => ({ sub, aud: AUDIENCE, exp: seconds(300) });
const LIST = '/v1/business-centers/bc1/tiktok-accounts';

async function call(token: string, method = 'GET', path = LIST, options = {}): Promise<Answer> {
  return app.call(method, path, { key: token, ...options });
}

async function ask(token: string, subject: string, action: string, resource = 'tiktok_account:brand'): Promise<Answer> {
  const body = {
    subject: entity(subject),
    action: { name: action, properties: { bc_id: 'bc1' } },
    resource: entity(resource),
  };
  return call(token, 'POST', '/access/v1/evaluation', { body });
}

describe('who a token lets in', () => {
  test('a user as themself, through the whole flow, without a key', async () => {
    const adm = await users.token(usual('adm'));
    expect((await call(adm)).body.items).toHaveLength(1);
    const asked = await call(adm, 'POST', '/v1/business-centers/bc1/access-requests', { body: { scopes: ['LIVE'] } });
    expect(asked.status).toBe(201);
    const owner = await owners.token(usual('other'));
    const token = new URL(asked.body.consent_url).pathname.split('/').at(-1);
    expect(inWords(await call(adm, 'POST', `/v1/consents/${token}/approve`))).toContain('403 forbidden');
    expect(inWords(await call(owner, 'POST', `/v1/consents/${token}/approve`))).toBe('200');
    expect((await call(owner, 'GET', '/v1/tiktok-accounts/other/grants')).body.items).toHaveLength(1);
    expect(inWords(await call(owner, 'GET', '/v1/tiktok-accounts/brand/grants'))).toBe('404 not_found');
  });

  test('it is verified once while it holds, and the keys are asked for once', async () => {
    const token = await users.token(usual('sam'));
    await call(token);
    const before = users.keysAsked();
    for (let round = 0; round < 5; round += 1) expect((await call(token)).status).toBe(200);
    expect(users.keysAsked()).toBe(before);
  });

  test('X-Actor may name nobody else', async () => {
    const sam = await users.token(usual('sam'));
    expect(inWords(await call(sam, 'GET', LIST, { actor: 'user:sam' }))).toBe('200');
    expect(inWords(await call(sam, 'GET', LIST, { actor: 'user:adm' }))).toBe('403 forbidden');
    expect(inWords(await call(sam, 'GET', LIST, { actor: 'tiktok_account:sam' }))).toBe('403 forbidden');
    expect(inWords(await call(sam, 'GET', LIST, { actor: 'nobody' }))).toBe('400 invalid_request');
  });
});

describe('what it may call', () => {
  test('decisions about themself alone', async () => {
    const sam = await users.token(usual('sam'));
    expect((await ask(sam, 'user:sam', 'view')).body.decision).toBe(true);
    expect(inWords(await ask(sam, 'user:adm', 'view'))).toBe('403 forbidden');
    expect(inWords(await ask(sam, 'tiktok_account:sam', 'view'))).toBe('403 forbidden');
    const resources = {
      subject: entity('sam'),
      action: { name: 'view', properties: { bc_id: 'bc1' } },
      resource: { type: 'tiktok_account' },
    };
    expect((await call(sam, 'POST', '/access/v1/search/resource', { body: resources })).body.results).toHaveLength(1);
    const subjects = { ...resources, subject: { type: 'user' }, resource: entity('tiktok_account:brand') };
    expect(inWords(await call(sam, 'POST', '/access/v1/search/subject', { body: subjects }))).toBe('403 forbidden');
  });

  test('in a batch, each question by itself', async () => {
    const sam = await users.token(usual('sam'));
    const body = {
      action: { name: 'view', properties: { bc_id: 'bc1' } },
      resource: entity('tiktok_account:brand'),
      evaluations: [{ subject: entity('sam') }, { subject: entity('adm') }],
    };
    const { evaluations } = (await call(sam, 'POST', '/access/v1/evaluations', { body })).body;
    expect(evaluations[0].decision).toBe(true);
    expect(evaluations[1]).toMatchObject({ decision: false, context: { error: { status: 403, code: 'forbidden' } } });
  });

  test('what is out of their sight is as unknown as what does not exist', async () => {
    const ext = await users.token(usual('ext'));
    const [there, nowhere] = [
      await ask(ext, 'user:ext', 'view'),
      await ask(ext, 'user:ext', 'view', 'tiktok_account:no'),
    ];
    const said = ({ body: { decision, context } }: Answer) => ({
      decision,
      reasons: context.reasons,
      obligations: context.obligations,
    });
    expect(said(there)).toEqual(said(nowhere));
    expect(there.body.context.reasons).toMatchObject([{ code: 'UNKNOWN_RESOURCE' }]);
  });

  test.each([
    ['PUT', '/v1/business-centers/bc1/members/sam', { user_role: 'ADMIN' }],
    ['PUT', '/v1/business-centers/bc9', { name: 'Mine' }],
    ['PUT', '/v1/ad-accounts/adv1/members/adm', { advertiser_role: 'ADMIN' }],
    ['PUT', '/v1/tiktok-accounts/brand', { handle: '@brand' }],
    ['PUT', '/v1/tiktok-accounts/brand/links/adm', { scopes: ['POST'] }],
    ['PUT', '/v1/entities/user/adm', { attributes: { reviewer: true } }],
    ['DELETE', '/v1/entities/user/adm', undefined],
    ['POST', '/v1/api-keys', { name: 'x', permissions: ['admin'] }],
    ['GET', '/v1/api-keys', undefined],
    ['GET', '/v1/audit', undefined],
    ['GET', '/v1/audit?bc_id=bc1', undefined],
    ['GET', '/metrics', undefined],
  ])('403 for an administrator of a Business Center, too: %s %s', async (method, path, body) => {
    const adm = await users.token(usual('adm'));
    expect(inWords(await call(adm, method, path, { body }))).toBe('403 forbidden');
  });

  test('403: an import', async () => {
    const adm = await users.token(usual('adm'));
    const headers = { 'Content-Type': 'application/x-ndjson' };
    const body = '{"type":"member","bc_id":"bc1","user_id":"eve","user_role":"ADMIN"}\n';
    expect(inWords(await call(adm, 'POST', '/v1/relationships/import', { body, headers }))).toBe('403 forbidden');
  });
});

describe('401, and says so', () => {
  const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const made: Record<string, () => Promise<string>> = {
    expired: async () => users.token({ ...usual('adm'), exp: seconds(-10) }),
    'not valid yet': async () => users.token({ ...usual('adm'), nbf: seconds(60) }),
    'without an end': async () => users.token({ sub: 'adm', aud: AUDIENCE }),
    'without a subject': async () => users.token({ aud: AUDIENCE, exp: seconds(300) }),
    'with an unusable subject': async () => users.token({ ...usual('a\u0000b') }),
    'with white space after the subject': async () => users.token({ ...usual('adm ') }),
    'with dots for a subject': async () => users.token({ ...usual('..') }),
    'for another audience': async () => users.token({ ...usual('adm'), aud: 'https://other.test' }),
    'for no audience': async () => users.token({ sub: 'adm', exp: seconds(300) }),
    'an ID token': async () => users.token({ ...usual('adm'), aud: CLIENT.id }, { typ: 'JWT' }),
    'an ID token for two audiences': async () =>
      users.token({ ...usual('adm'), aud: [CLIENT.id, AUDIENCE], at_hash: 'x', nonce: 'n' }, { typ: 'JWT' }),
    'an ID token of the hybrid flow': async () => users.token({ ...usual('adm'), c_hash: 'x' }, { typ: 'JWT' }),
    'a logout token without a type': async () => users.token({ ...usual('adm'), events: {} }, { typ: 'JWT' }),
    'of another issuer': async () => users.token({ ...usual('adm'), iss: 'https://evil.test' }),
    "in the other issuer's name": async () => users.token({ ...usual('brand'), iss: owners.url }),
    'of another kind': async () => users.token(usual('adm'), { typ: 'logout+jwt' }),
    'bound to a sender': async () => users.token({ ...usual('adm'), cnf: { jkt: 'x' } }),
    'of an unknown key': async () => users.token(usual('adm'), { kid: 'unknown' }),
    'signed by nobody': async () =>
      `${base64({ alg: 'none', typ: 'at+jwt' })}.${base64({ ...usual('adm'), iss: users.url })}.`,
    'signed with the public key as a secret': async () => {
      const text = `${base64({ alg: 'HS256', kid: 'k1' })}.${base64({ ...usual('adm'), iss: users.url })}`;
      return `${text}.${createHmac('sha256', await users.publicKey())
        .update(text)
        .digest('base64url')}`;
    },
    'signed with a key of its own, which it brings': async () => {
      const { privateKey, publicKey } = await generateKeyPair('ES256');
      const header = { alg: 'ES256', jwk: await exportJWK(publicKey), kid: 'k1' };
      return new SignJWT({ ...usual('adm'), iss: users.url }).setProtectedHeader(header).sign(privateKey);
    },
    changed: async () => {
      const [header = '', , signature = ''] = (await users.token(usual('sam'))).split('.');
      return `${header}.${base64({ ...usual('adm'), iss: users.url })}.${signature}`;
    },
    'no JWT': async () => 'a.b.c',
  };

  test.each(Object.keys(made))('%s', async (kind) => {
    const answer = await call((await made[kind]?.()) ?? '');
    expect(inWords(answer)).toBe('401 unauthenticated');
    expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer realm="sparkgate", error="invalid_token"');
  });

  test('once a token that was let in has expired', async () => {
    const token = await users.token(usual('sam'));
    expect((await call(token)).status).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 306_000 });
    expect((await call(token)).status).toBe(401);
  });

  test('without an audience, no token is taken', async () => {
    const closed = await testApp({ OIDC_ISSUER: users.url, OIDC_CLIENT_ID: CLIENT.id });
    const answer = await closed.call('GET', LIST, { key: await users.token(usual('adm')) });
    await closed.close();
    expect(inWords(answer)).toBe('401 unauthenticated');
  });
});

describe('keys of an issuer', () => {
  test('a new one is found; tokens of one that is gone no longer count', async () => {
    const own = await startIssuer({ redirectUris: ['http://127.0.0.1:9/cb'] });
    const rotating = await testApp({ OIDC_ISSUER: own.url, OIDC_CLIENT_ID: CLIENT.id, OIDC_AUDIENCE: AUDIENCE });
    await put(rotating, '/v1/business-centers/bc1', { name: 'Bright Agency' });
    const status = async (token: string): Promise<number> => (await rotating.call('GET', LIST, { key: token })).status;
    const [before, unseen] = [await own.token(usual('adm')), await own.token(usual('sam'))];
    expect(await status(before)).toBe(200);
    await own.rotateKeys();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11_000 });
    expect(await status(await own.token(usual('adm')))).toBe(200);
    expect(await status(unseen)).toBe(401);
    await rotating.close();
    await own.close();
  });

  test('503 while they cannot be had: neither in nor a refusal; known tokens go on', async () => {
    const own = await startIssuer({ redirectUris: ['http://127.0.0.1:9/cb'] });
    const lonely = await testApp({ OIDC_ISSUER: own.url, OIDC_CLIENT_ID: CLIENT.id, OIDC_AUDIENCE: AUDIENCE });
    const token = await own.token(usual('adm'));
    await own.goAway();
    expect(inWords(await lonely.call('GET', LIST, { key: token }))).toBe('503 unavailable');
    await own.comeBack();
    expect((await lonely.call('GET', LIST, { key: token })).status).toBe(200);
    await own.goAway();
    expect((await lonely.call('GET', LIST, { key: token })).status).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11_000 });
    const unknown = await own.token(usual('adm'), { kid: 'new' });
    expect(inWords(await lonely.call('GET', LIST, { key: unknown }))).toBe('503 unavailable');
    await lonely.close();
    await own.close();
  });
});
