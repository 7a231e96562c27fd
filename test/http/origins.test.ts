import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { PAGES } from '../../src/http/routes.ts';
import { LOCALES } from '../../src/http/ui/locale.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { standardWorld } from '../support/cast.ts';
import { formOf, signInAs, type SignedInBrowser } from '../support/signed-in.ts';

const HOME = 'https://sparkgate.test';

let app: TestApp;
let people: Record<'user' | 'tiktok_account' | 'nobody', SignedInBrowser | null>;
beforeAll(async () => {
  app = await testApp({ PUBLIC_URL: HOME, ALLOWED_HOSTS: 'console.internal' });
  await standardWorld(app);
  people = {
    user: await signInAs(app, 'user:adm'),
    tiktok_account: await signInAs(app, 'tiktok_account:brand'),
    nobody: null,
  };
});
afterAll(async () => app.close());

/** Every address that a page's form is sent to; the demo's is where the demo is (sign-in-demo.test.ts). */
const FORMS = [
  '/language',
  '/sign-out',
  '/consent/:token/approve',
  '/consent/:token/decline',
  '/my-account/grants/:bc_id/revoke',
  '/console/:bc_id/tiktok-accounts/:id/assign',
  '/console/:bc_id/tiktok-accounts/:id/members/:user_id',
  '/console/:bc_id/tiktok-accounts/:id/revoke',
  '/console/:bc_id/assign',
  '/console/:bc_id/undo',
  '/console/:bc_id/members/:user_id',
  '/console/:bc_id/ad-accounts/:id/members/:user_id',
  '/console/:bc_id/freeze',
  '/console/:bc_id/ad-accounts/:id/freeze',
  '/my-account/freeze',
  '/console/:bc_id/request-access',
  '/console/:bc_id/access-requests/:id/cancel',
];

test('these are all the forms there are', () => {
  const below = PAGES.map((path) => path.replace('/*', ''));
  const posts = createApp(app.runtime.services)
    .routes.filter(({ method, path }) => method === 'POST' && below.some((it) => it !== '/' && path.startsWith(it)))
    .map(({ path }) => path)
    .filter((path) => !path.endsWith('*') && path !== '/sign-in/demo');
  expect([...new Set(posts)].toSorted()).toEqual(FORMS.toSorted());
});

/** What a browser says of the page that it sends from, and whether that may be one of ours. */
const SENT: readonly (readonly [expected: 'goes on' | 'by the field' | 'refused', headers: Record<string, string>])[] =
  [
    ['goes on', { 'Sec-Fetch-Site': 'same-origin' }],
    ['goes on', { 'Sec-Fetch-Site': 'same-origin', Origin: HOME }],
    // Our own referrer policy, no-referrer, makes the origin of a form `null`.
    ['goes on', { 'Sec-Fetch-Site': 'same-origin', Origin: 'null' }],
    ['goes on', { Origin: HOME }],
    ['goes on', { Origin: 'https://console.internal:8443', Host: 'console.internal:8443' }],
    ['goes on', { Origin: 'http://localhost:8080', Host: 'localhost:8080', 'Sec-Fetch-Site': 'same-origin' }],
    // A proxy that names the service otherwise than browsers do.
    ['goes on', { Origin: HOME, Host: '127.0.0.1:8080' }],
    ['by the field', { Origin: 'null' }],
    ['refused', {}],
    ['refused', { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://evil.test' }],
    ['refused', { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://sparkgate.test' }],
    ['refused', { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://sparkgate.test:8443' }],
    ['refused', { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://localhost:3000', Host: 'localhost:8080' }],
    ['refused', { 'Sec-Fetch-Site': 'cross-site', Origin: HOME }],
    ['refused', { 'Sec-Fetch-Site': 'cross-site', Origin: 'null' }],
    ['refused', { 'Sec-Fetch-Site': 'cross-site' }],
    ['refused', { 'Sec-Fetch-Site': 'same-site' }],
    ['refused', { 'Sec-Fetch-Site': 'none' }],
    ['refused', { 'Sec-Fetch-Site': 'nonsense', Origin: HOME }],
    ['refused', { Origin: 'https://evil.test' }],
    ['refused', { Origin: 'https://sparkgate.test.evil.test' }],
    ['refused', { Origin: `${HOME}/` }],
    ['refused', { Origin: 'http://console.internal', Host: 'console.internal' }],
    ['refused', { Origin: '' }],
  ];

const addressOf = (form: string): string =>
  form.replace(':bc_id', 'bc1').replace(':user_id', 'sam').replace(':token', 'none').replace(':id', 'brand');

function whoSends(form: string): 'user' | 'tiktok_account' | 'nobody' {
  if (form === '/language') return 'nobody';
  return form.startsWith('/console') || form === '/sign-out' ? 'user' : 'tiktok_account';
}

/** Whether a form goes on; a refusal is always the same 403. */
async function outcome(form: string, headers: Record<string, string>, field: 'its own' | 'made up'): Promise<string> {
  const who = whoSends(form);
  const person = people[who] ?? (await stranger());
  const sender = form === '/sign-out' ? await signInAs(app, 'user:adm') : person;
  const csrf = field === 'its own' ? sender.csrf : 'x'.repeat(43);
  const answer = await app.request(addressOf(form), {
    method: 'POST',
    headers: { Cookie: sender.cookie, 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body: formOf({ csrf, audience: 'user', language: 'zh-CN' }),
  });
  const text = await answer.text();
  if (answer.status !== 403) return 'goes on';
  const { foreignForm, staleForm } = LOCALES.en.words.errors;
  return text.includes(foreignForm.title) || text.includes(staleForm.title) ? 'refused' : 'goes on';
}

/** A browser in which nobody is signed in, with the field of its forms. */
async function stranger(): Promise<Pick<SignedInBrowser, 'cookie' | 'csrf'>> {
  const page = await app.request('/sign-in');
  const [cookie = ''] = page.headers.getSetCookie();
  expect(cookie).toMatch(/^__Host-sparkgate_form=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(await page.text()) ?? [];
  expect(cookie).not.toContain(csrf);
  return { cookie: cookie.split(';')[0] ?? '', csrf };
}

describe.each(FORMS)('%s', (form) => {
  test.each(SENT)('%s: %j', async (expected, headers) => {
    const [own, madeUp] = [await outcome(form, headers, 'its own'), await outcome(form, headers, 'made up')];
    expect(own).toBe(expected === 'refused' ? 'refused' : 'goes on');
    // A field has to be right wherever somebody is signed in; elsewhere it counts where nothing else tells.
    const byField = form !== '/language' || expected !== 'goes on';
    expect(madeUp).toBe(byField ? 'refused' : 'goes on');
  });
});

test('the field of one browser is not that of another', async () => {
  const [one, other] = [await stranger(), await stranger()];
  const send = async (cookie: string, csrf: string) =>
    app.request('/language', {
      method: 'POST',
      headers: { Cookie: cookie, Origin: 'null', 'Content-Type': 'application/x-www-form-urlencoded' },
      body: formOf({ csrf, language: 'zh-CN' }),
    });
  expect((await send(one.cookie, other.csrf)).status).toBe(403);
  expect((await send('a=b', one.csrf)).status).toBe(403);
  expect((await send(one.cookie, one.csrf)).status).toBe(303);
});

test('the language switch on the page of a signed-in person works in an older browser, too', async () => {
  const page = await people.user?.get('/console/bc1/members');
  const [, csrf = ''] =
    /action="\/language">\s*<input type="hidden" name="csrf" value="([^"]+)"/.exec((await page?.text()) ?? '') ?? [];
  const send = async (field: string) =>
    app.request('/language', {
      method: 'POST',
      headers: {
        Cookie: people.user?.cookie ?? '',
        Origin: 'null',
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: formOf({ csrf: field, language: 'zh-CN', back: '/console' }),
    });
  expect([page?.headers.getSetCookie(), (await send(csrf)).status, (await send('x')).status]).toEqual([[], 303, 403]);
});

test('what carries a cookie is refused from elsewhere, wherever it goes', async () => {
  const call = async (headers: Record<string, string>) =>
    (await app.call('POST', '/access/v1/evaluation', { body: {}, headers: { Cookie: 'a=b', ...headers } })).status;
  expect(await call({ 'Sec-Fetch-Site': 'same-origin', Origin: 'https://evil.test' })).toBe(403);
  expect(await call({ 'Sec-Fetch-Site': 'cross-site' })).toBe(403);
  expect(await call({})).toBe(400);
  const bare = await app.call('POST', '/access/v1/evaluation', { body: {}, headers: { Origin: 'https://evil.test' } });
  expect(bare.status).toBe(400);
});

test.each(['en', 'zh-CN'] as const)('the refusal says in %s what to do, and leads back', async (language) => {
  const answer = await people.user?.post(
    '/console/bc1/request-access',
    {},
    { Origin: 'https://evil.test', 'Accept-Language': language },
  );
  const text = (await answer?.text()) ?? '';
  const { errors } = LOCALES[language].words;
  for (const said of [errors.foreignForm.title, errors.foreignForm.next, errors.back]) expect(text).toContain(said);
  expect(text).toContain('href="/console/bc1/request-access"');
});
