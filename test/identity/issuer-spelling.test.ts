import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sameIssuer } from '../../src/identity/issuer-name.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { standardWorld } from '../support/cast.ts';
import { CLIENT, startIssuer } from '../support/issuer.ts';

const PUBLIC_URL = 'http://127.0.0.1:9';
const AUDIENCE = 'https://api.sparkgate.test';
const LIST = '/v1/business-centers/bc1/tiktok-accounts';

interface Heard {
  app: TestApp;
  warnings: Record<string, unknown>[];
}

async function appOf(issuer: string, environment: NodeJS.ProcessEnv = {}): Promise<Heard> {
  const warnings: Record<string, unknown>[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(JSON.parse(line)) });
  const settings = { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: CLIENT.id, OIDC_CLIENT_SECRET: CLIENT.secret };
  const app = await testApp({ PUBLIC_URL, ...settings, OIDC_AUDIENCE: AUDIENCE, ...environment }, log);
  onTestFinished(async () => app.close());
  await standardWorld(app);
  return { app, warnings };
}

const claims = (): { sub: string; aud: string; exp: number } => ({
  sub: 'adm',
  aud: AUDIENCE,
  exp: Math.floor(Date.now() / 1000) + 300,
});

const statusOf = async (app: TestApp, token: string): Promise<number> =>
  (await app.call('GET', LIST, { key: token })).status;

describe('an issuer is one with and without its last slash', () => {
  test.each([
    ['as it is', ''],
    ['with a slash', '/'],
  ])('configured %s: pages and tokens alike', async (_, slash) => {
    const issuer = await startIssuer({ redirectUris: [`${PUBLIC_URL}/sign-in/user/callback`] });
    onTestFinished(issuer.close);
    const { app, warnings } = await appOf(`${issuer.url}${slash}`);
    const { url } = await new Browser(app).follow('/sign-in/user?next=/console/bc1/members', 'adm');
    expect(url.pathname).toBe('/console/bc1/members');
    expect(await statusOf(app, await issuer.token(claims()))).toBe(200);
    expect(await statusOf(app, await issuer.token({ ...claims(), iss: `${issuer.url}/` }))).toBe(200);
    expect(await statusOf(app, await issuer.token({ ...claims(), iss: `${issuer.url}//` }))).toBe(401);
    expect(warnings).toMatchObject([{ issuer: `${issuer.url}//`, msg: /issuer is none whose tokens are taken/ }]);
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
    const { app, warnings } = await appOf(`${issuer.url}${configured}`);
    expect((await new Browser(app).once('/sign-in/user')).status).toBe(302);
    expect(await statusOf(app, await issuer.token(issuer.url))).toBe(200);
    expect(await statusOf(app, await issuer.token(`${issuer.url}/`))).toBe(200);
    expect(warnings).toEqual([]);
    expect(await statusOf(app, await issuer.token(`${issuer.url}/other`))).toBe(401);
  });

  test('one that names itself otherwise lets nobody in, and the log says so, once', async () => {
    const issuer = await realm((url) => `${url}-of-somebody-else`);
    const { app, warnings } = await appOf(issuer.url);
    for (let time = 0; time < 3; time += 1) {
      expect((await new Browser(app).once('/sign-in/user')).status).toBe(503);
      expect(await statusOf(app, await issuer.token(issuer.url))).toBe(503);
    }
    const said = warnings.filter(({ msg }) => String(msg).startsWith('issuer refused'));
    expect(said).toMatchObject([{ configured: issuer.url, discovered: `${issuer.url}-of-somebody-else` }]);
  });
});

describe('a token that is refused leaves a word in the log', () => {
  test('that says which issuers are taken, once for each, and nothing of the token', async () => {
    const issuer = await startIssuer({ redirectUris: [`${PUBLIC_URL}/cb`] });
    onTestFinished(issuer.close);
    const { app, warnings } = await appOf(issuer.url);
    const foreign = await issuer.token({ ...claims(), iss: 'https://other.test' });
    for (let time = 0; time < 3; time += 1) expect(await statusOf(app, foreign)).toBe(401);
    for (const iss of [undefined, 7, null, 'x'.repeat(1000)]) {
      expect(await statusOf(app, await issuer.token({ ...claims(), iss } as never))).toBe(401);
    }
    const wrong = await issuer.token({ ...claims(), aud: 'https://other.test' });
    expect(await statusOf(app, wrong)).toBe(401);
    expect(warnings).toMatchObject([
      { issuer: 'https://other.test', taken: issuer.url },
      { issuer: 'x'.repeat(256), taken: issuer.url },
      { issuer: issuer.url, code: 'ERR_JWT_CLAIM_VALIDATION_FAILED', claim: 'aud' },
    ]);
    for (const token of [foreign, wrong]) expect(JSON.stringify(warnings)).not.toContain(token.split('.')[2]);
  });

  test('also where no audience is set, so that no token is taken', async () => {
    const issuer = await startIssuer({ redirectUris: [`${PUBLIC_URL}/cb`] });
    onTestFinished(issuer.close);
    const { app, warnings } = await appOf(issuer.url, { OIDC_AUDIENCE: '' });
    expect(await statusOf(app, await issuer.token(claims()))).toBe(401);
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
