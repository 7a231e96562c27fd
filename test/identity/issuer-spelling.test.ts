import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sameIssuer } from '../../src/identity/issuer-name.ts';
import { Issuer } from '../../src/identity/issuer.ts';
import { PersonTokens } from '../../src/identity/person-tokens.ts';
import { testApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { standardWorld } from '../support/cast.ts';
import { CLIENT, startIssuer } from '../support/issuer.ts';

const PUBLIC_URL = 'http://127.0.0.1:9';
const AUDIENCE = 'https://api.sparkgate.test';
const LIST = '/v1/business-centers/bc1/tiktok-accounts';

/** What decides about an issuer's tokens, without a service around it, and what it logged. */
function verifierOf(issuer: string, audience: string | null = AUDIENCE) {
  const warnings: unknown[] = [];
  const log = { warn: (fields: object, msg: string) => void warnings.push({ ...fields, msg }) };
  const settings = { type: 'user', issuer, clientId: CLIENT.id, clientSecret: null, audience } as const;
  const known = new Issuer(settings, log);
  const tokens = new PersonTokens([known], log);
  return {
    warnings,
    configuration: async () => known.configuration(),
    find: async (token: string) => tokens.find(token),
  };
}

const ADM = { type: 'user', id: 'adm' };

const claims = (): { sub: string; aud: string; exp: number } => ({
  sub: 'adm',
  aud: AUDIENCE,
  exp: Math.floor(Date.now() / 1000) + 300,
});

describe('an issuer is one with and without its last slash', () => {
  test.each([
    ['as it is', ''],
    ['with a slash', '/'],
  ])('configured %s: pages and tokens alike', async (_, slash) => {
    const issuer = await startIssuer({ redirectUris: [`${PUBLIC_URL}/sign-in/user/callback`] });
    onTestFinished(issuer.close);
    const client = { OIDC_CLIENT_ID: CLIENT.id, OIDC_CLIENT_SECRET: CLIENT.secret, OIDC_AUDIENCE: AUDIENCE };
    const app = await testApp({ PUBLIC_URL, OIDC_ISSUER: `${issuer.url}${slash}`, ...client });
    onTestFinished(async () => app.close());
    await standardWorld(app);
    const { url } = await new Browser(app).follow('/sign-in/user?next=/console/bc1/members', 'adm');
    expect(url.pathname).toBe('/console/bc1/members');
    const status = async (iss: string): Promise<number> =>
      (await app.call('GET', LIST, { key: await issuer.token({ ...claims(), iss }) })).status;
    expect(await status(issuer.url)).toBe(200);
    expect(await status(`${issuer.url}/`)).toBe(200);
    expect(await status(`${issuer.url}//`)).toBe(401);
  });

  /** An issuer below a path, which names itself as it likes. */
  async function realm(name: (url: string) => string) {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }] };
    const server = createServer((request, response) => {
      const own = { issuer: name(url), jwks_uri: `${url}/keys`, authorization_endpoint: `${url}/authorize` };
      const known = request.url === '/realm/.well-known/openid-configuration' ? own : keys;
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(known));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/realm`;
    const token = async (iss: string) =>
      new SignJWT({ ...claims(), iss }).setProtectedHeader({ alg: 'RS256', kid: 'k' }).sign(privateKey);
    return { url, token };
  }

  test.each([
    ['', ''],
    ['', '/'],
    ['/', ''],
    ['/', '/'],
  ])('below a path: configured with %j, discovered with %j', async (configured, discovered) => {
    const issuer = await realm((url) => `${url}${discovered}`);
    const { configuration, find, warnings } = verifierOf(`${issuer.url}${configured}`);
    expect((await configuration()).serverMetadata().issuer).toBe(`${issuer.url}${discovered}`);
    expect(await find(await issuer.token(issuer.url))).toEqual(ADM);
    expect(await find(await issuer.token(`${issuer.url}/`))).toEqual(ADM);
    expect(warnings).toEqual([]);
    expect(await find(await issuer.token(`${issuer.url}/other`))).toBeNull();
  });

  test('one that names itself otherwise lets nobody in, and the log says so, once', async () => {
    const issuer = await realm((url) => `${url}-of-somebody-else`);
    const { configuration, find, warnings } = verifierOf(issuer.url);
    for (let time = 0; time < 3; time += 1) {
      await expect(configuration()).rejects.toMatchObject({ code: 'unavailable' });
      await expect(find(await issuer.token(issuer.url))).rejects.toMatchObject({ code: 'unavailable' });
    }
    expect(warnings).toEqual([
      {
        configured: issuer.url,
        discovered: `${issuer.url}-of-somebody-else`,
        msg: 'issuer refused: it calls itself by another name than the configured one',
      },
    ]);
  });
});

describe('a token that is refused leaves a word in the log', () => {
  test('that says which issuers are taken, once for each, and nothing of the token', async () => {
    const issuer = await startIssuer({ redirectUris: [`${PUBLIC_URL}/cb`] });
    onTestFinished(issuer.close);
    const { find, warnings } = verifierOf(issuer.url);
    const foreign = await issuer.token({ ...claims(), iss: 'https://other.test' });
    for (let time = 0; time < 3; time += 1) expect(await find(foreign)).toBeNull();
    for (const iss of [undefined, 7, null, 'x'.repeat(1000)]) {
      expect(await find(await issuer.token({ ...claims(), iss } as never))).toBeNull();
    }
    const wrong = await issuer.token({ ...claims(), aud: 'https://other.test' });
    expect(await find(wrong)).toBeNull();
    const unknown = 'token refused: its issuer is none whose tokens are taken';
    const invalid = 'token refused: it is of a known issuer and does not hold';
    expect(warnings).toEqual([
      { issuer: 'https://other.test', taken: issuer.url, msg: unknown },
      { issuer: 'x'.repeat(256), taken: issuer.url, msg: unknown },
      { issuer: issuer.url, code: 'ERR_JWT_CLAIM_VALIDATION_FAILED', claim: 'aud', msg: invalid },
    ]);
    for (const token of [foreign, wrong]) expect(JSON.stringify(warnings)).not.toContain(token.split('.')[2]);
  });

  test('also where no audience is set, so that no token is taken', async () => {
    const issuer = await startIssuer({ redirectUris: [`${PUBLIC_URL}/cb`] });
    onTestFinished(issuer.close);
    const { find, warnings } = verifierOf(issuer.url, null);
    expect(await find(await issuer.token(claims()))).toBeNull();
    expect(warnings).toMatchObject([{ issuer: issuer.url, taken: '' }]);
  });
});

test.each([
  [true, 'https://a.test', 'https://a.test/'],
  [true, 'https://A.test:443', 'https://a.test'],
  [true, 'https://a.test/b/', 'https://a.test/b'],
  [false, 'https://a.test/b', 'https://a.test/B'],
  [false, 'https://a.test', 'http://a.test'],
  [false, 'https://a.test', 'https://a.test.evil.test'],
  [false, 'https://a.test', 'https://a.test@evil.test'],
  [false, 'https://a.test', 'https://x@a.test'],
  [false, 'https://a.test', 'https://a.test/?x'],
  [false, 'https://a.test', 'https://a.test/#x'],
  [false, 'https://a.test', 'https://a.test//'],
  [false, 'https://a.test', 'https://a.test:8443'],
  [false, 'https://a.test', 'a.test'],
  [false, 'https://a.test', ''],
])('%s: %s and %s', (same, one, other) => {
  expect([sameIssuer(one, other), sameIssuer(other, one)]).toEqual([same, same]);
});
