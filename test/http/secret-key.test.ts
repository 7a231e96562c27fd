import { onTestFinished, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';
import { isField } from '../../src/http/session/csrf-field.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { signInAs } from '../support/signed-in.ts';
import { sql } from '../support/sql.ts';
import { world } from '../support/world.ts';

const [OLD, NEW] = ['o'.repeat(32), 'n'.repeat(32)];
const REQUESTS = '/v1/business-centers/bc1/access-requests';
const ATTEMPT = { state: 'state', next: '/console', signIn: 'sign-in' };
const SEARCH = {
  subject: { type: 'user' },
  action: { name: 'view', properties: { bc_id: 'bc1', advertiser_id: 'adv1' } },
  resource: { type: 'tiktok_account', id: 'brand' },
};
const searchOf = (page: object): object => ({ ...SEARCH, page });

/** Two people may view @brand, so that a list has two pages. */
const FACTS = { granted: ['POST'], assigned: { sam: ['POST'] }, roles: { 'sam@adv1': 'OPERATOR' } };

/** Everything that a secret key makes, made under the old one. */
async function open(app: TestApp) {
  const request = { actor: 'user:adm', body: { scopes: ['POST'] } };
  const { body: asked } = await app.call('POST', REQUESTS, request);
  const { body: found } = await app.call('POST', '/access/v1/search/subject', { body: searchOf({ limit: 1 }) });
  const browser = await signInAs(app, 'user:adm');
  await sql(app, `update sign_in set token_taken = true, renewed_at = now() - interval '1 hour'`);
  const { services } = app.runtime;
  return {
    id: String(asked.id),
    link: String(asked.consent_url).split('/').at(-1) ?? '',
    pageToken: String(found.page.next_token),
    browser,
    // The answer with the next token is lost on the way.
    renewed: (await services.sessions.find(browser.token, 'user', 'person'))?.renewed,
    field: services.sessions.fieldOf('browser'),
    attempt: await services.sealedAttempts.seal('user', ATTEMPT),
  };
}

async function restarted(app: TestApp, keys: Record<string, string>): Promise<TestApp> {
  const other = await testApp({ DATABASE_URL: app.databaseUrl, ...keys });
  onTestFinished(async () => other.close());
  return other;
}

/** What is still good of it. */
async function good(app: TestApp, opened: Awaited<ReturnType<typeof open>>) {
  const { services } = app.runtime;
  const { browser } = opened;
  const session = await services.sessions.find(browser.token, 'user', 'person');
  const page = searchOf({ token: opened.pageToken, limit: 1 });
  const picture = await app.call('GET', `${REQUESTS}/${opened.id}/qr.svg`, { actor: 'user:adm' });
  const form = await app.request('/sign-out', {
    method: 'POST',
    headers: {
      Cookie: browser.cookie,
      'Sec-Fetch-Site': 'same-origin',
      'Content-Type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ audience: 'user', csrf: browser.csrf }).toString(),
  });
  return {
    link: (await app.call('GET', `/v1/consents/${opened.link}`, { actor: 'tiktok_account:brand' })).status,
    picture: picture.status,
    page: (await app.call('POST', '/access/v1/search/subject', { body: page })).status,
    session: session !== null,
    renewed: session?.renewed === opened.renewed,
    field: isField(opened.field, services.sessions.fieldsOf('browser')),
    attempt: await services.sealedAttempts.open('user', opened.attempt),
    form: form.status,
  };
}

const ALL = {
  link: 200,
  picture: 200,
  page: 200,
  session: true,
  renewed: true,
  field: true,
  attempt: ATTEMPT,
  form: 303,
};
const FORGOTTEN = { ...ALL, picture: 409, page: 404, renewed: false, field: false, attempt: null, form: 403 };

test.each([
  ['goes on while the key before is known', { SECRET_KEY: NEW, SECRET_KEY_PREVIOUS: OLD }, ALL],
  ['goes on where the new key is known first', { SECRET_KEY: OLD, SECRET_KEY_PREVIOUS: NEW }, ALL],
  ['ends, each with its answer, once the key before is unset', { SECRET_KEY: NEW }, FORGOTTEN],
])('what is open when the secret key is rotated %s', async (_, keys, expected) => {
  const app = await world(FACTS, { SECRET_KEY: OLD });
  const opened = await open(app);
  expect([opened.renewed, opened.pageToken]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)]);
  expect(await good(await restarted(app, keys), opened)).toEqual(expected);
});

test('nothing is made with the key before', async () => {
  const app = await world(FACTS, { SECRET_KEY: NEW, SECRET_KEY_PREVIOUS: OLD });
  expect(await good(await restarted(app, { SECRET_KEY: NEW }), await open(app))).toEqual(ALL);
});

test('a key before without one of now is refused', () => {
  expect(() => readConfig({ SECRET_KEY_PREVIOUS: OLD })).toThrow(
    new ConfigError('SECRET_KEY_PREVIOUS is set without SECRET_KEY.'),
  );
});
