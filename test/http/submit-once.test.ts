import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, grant, requestToken, standardWorld } from '../support/cast.ts';
import { formOf, signInAs, type SignedInBrowser } from '../support/signed-in.ts';
import { sql } from '../support/sql.ts';

const ASK = '/console/bc1/request-access';

let app: TestApp;
let second: TestApp;
let adm: SignedInBrowser;
beforeAll(async () => {
  const SECRET_KEY = 'the same for all processes on one database';
  app = await testApp({ SECRET_KEY });
  second = await testApp({ SECRET_KEY, DATABASE_URL: app.databaseUrl });
  await standardWorld(app);
  adm = await signInAs(app, 'user:adm');
});
afterAll(async () => {
  await second.close();
  await app.close();
});

const once = (): string => randomBytes(16).toString('base64url');
const where = ({ status, headers }: Response): string => `${status} ${headers.get('Location')}`;
const requests = async (): Promise<number> =>
  (await sql<{ n: number }>(app, 'select count(*)::int as n from access_request'))[0]?.n ?? 0;

/** The same form, sent to one process or to the other. */
async function send(to: TestApp, browser: SignedInBrowser, path: string, fields: Record<string, string>) {
  return to.request(path, {
    method: 'POST',
    headers: {
      Cookie: browser.cookie,
      'Sec-Fetch-Site': 'same-origin',
      'Content-Type': 'application/x-www-form-urlencoded',
    },
    body: formOf({ csrf: browser.csrf, ...fields }),
  });
}

describe('a form that asks for access makes one request', () => {
  const form = () => ({ scopes: 'POST', validity: '3600', once: once() });

  test('sent twice: the second is led to the first one’s request', async () => {
    const before = await requests();
    const fields = form();
    const [one, two] = [await send(app, adm, ASK, fields), await send(app, adm, ASK, fields)];
    expect(where(one)).toMatch(/^303 \/console\/bc1\/access-requests\/[\w-]{36}$/);
    expect(where(two)).toBe(where(one));
    expect(await requests()).toBe(before + 1);
  });

  test('sent ten times at once, to two processes: the database lets one through', async () => {
    const before = await requests();
    const fields = form();
    const both = Array.from({ length: 10 }, async (_, at) => send(at % 2 === 0 ? app : second, adm, ASK, fields));
    const answers = new Set((await Promise.all(both)).map(where));
    expect([answers.size, [...answers][0]]).toEqual([1, expect.stringMatching(/^303 /)]);
    expect(await requests()).toBe(before + 1);
  });

  test('also when the first was cancelled since', async () => {
    const fields = form();
    const one = await send(app, adm, ASK, fields);
    await adm.post(`${one.headers.get('Location')}/cancel`);
    expect(where(await send(app, adm, ASK, fields))).toBe(where(one));
  });

  test('another key, other fields or another person make another request; and so does no key', async () => {
    const fields = form();
    const other = await signInAs(app, 'user:adm2');
    await app.call('PUT', '/v1/business-centers/bc1/members/adm2', { body: { user_role: 'ADMIN' } });
    const { once: _, ...bare } = fields;
    const answers = [
      await send(app, adm, ASK, fields),
      await send(app, adm, ASK, form()),
      await send(app, adm, ASK, { ...fields, validity: '900' }),
      await send(app, adm, ASK, { ...fields, scopes: 'LIVE' }),
      await send(app, other, ASK, fields),
      await send(app, adm, ASK, bare),
      await send(app, adm, ASK, bare),
      await send(app, adm, ASK, { ...bare, once: 'short' }),
    ].map(where);
    for (const answer of answers) expect(answer).toMatch(/^303 /);
    expect(new Set(answers).size).toBe(answers.length);
  });

  test('a refusal is no submission: the same form goes through once it can', async () => {
    const small = await testApp({ PENDING_REQUESTS_PER_BUSINESS_CENTER: '1' });
    await standardWorld(small);
    const browser = await signInAs(small, 'user:adm');
    const made = await send(small, browser, ASK, form());
    const fields = form();
    expect((await send(small, browser, ASK, fields)).status).toBe(409);
    await send(small, browser, `${made.headers.get('Location')}/cancel`, {});
    expect((await send(small, browser, ASK, fields)).status).toBe(303);
    await small.close();
  });

  test('no secret is kept, and nothing beyond a day', async () => {
    await sql(app, "update submission set at = at - interval '25 hours'");
    const fields = form();
    const made = await send(app, adm, ASK, fields);
    const id = made.headers.get('Location')?.split('/').at(-1);
    expect(await sql(app, 'select kept from submission')).toEqual([{ kept: id }]);
  });
});

describe('a second click on what changes something is answered like the first', () => {
  test.each(['approve', 'decline'])('the owner’s %s', async (answer) => {
    const owner = await signInAs(app, `tiktok_account:${answer}s`);
    const token = await requestToken(app, ['POST']);
    const fields = { once: once() };
    const clicks = [1, 2].map(async () => send(app, owner, `/consent/${token}/${answer}`, fields));
    const to = answer === 'approve' ? '/my-account/grants/bc1' : '/my-account';
    expect((await Promise.all(clicks)).map(where)).toEqual([`303 ${to}`, `303 ${to}`]);
    expect(where(await send(app, owner, `/consent/${token}/${answer}`, fields))).toBe(`303 ${to}`);
    // What is sent anew is refused like any link that was used.
    expect((await send(app, owner, `/consent/${token}/${answer}`, { once: once() })).status).toBe(404);
    const made = await sql(app, 'select 1 as one from account_grant where tiktok_account_id = $1', [`${answer}s`]);
    expect(made).toHaveLength(answer === 'approve' ? 1 : 0);
  });

  test('revoking, by the owner: both say what was lost', async () => {
    await grant(app, ['POST']);
    await assign(app, 'sam', ['POST']);
    const owner = await signInAs(app, 'tiktok_account:brand');
    const fields = { once: once() };
    const clicks = [
      await send(app, owner, '/my-account/grants/bc1/revoke', fields),
      await send(second, owner, '/my-account/grants/bc1/revoke', fields),
    ];
    const said = clicks.map(({ headers }) => {
      const [, value = ''] = /^[^=]+=[\da-z]+\.([^;]+);/.exec(headers.getSetCookie()[0] ?? '') ?? [];
      return JSON.parse(Buffer.from(value, 'base64url').toString('utf8')) as unknown;
    });
    const first = { done: 'revoked', values: { name: 'Bright Agency', members: '1' } };
    expect(said).toEqual([first, first]);
    expect((await send(app, owner, '/my-account/grants/bc1/revoke', { once: once() })).status).toBe(404);
  });

  test('in the console: revoking, cancelling, assigning, taking away', async () => {
    await grant(app, ['POST']);
    const account = '/console/bc1/tiktok-accounts/brand';
    const made = await send(app, adm, ASK, { scopes: 'POST', validity: '3600' });
    for (const [path, fields, to] of [
      [`${account}/assign`, { members: 'sam', scopes: 'POST' }, `${account}/members`],
      [`${account}/members/sam`, { intent: 'unassign' }, `${account}/members`],
      [`${made.headers.get('Location')}/cancel`, {}, '/console/bc1/access-requests'],
      [`${account}/revoke`, {}, account],
    ] as const) {
      const sent = { once: once(), ...fields };
      for (let click = 0; click < 2; click += 1) expect(where(await send(app, adm, path, sent))).toBe(`303 ${to}`);
    }
  });
});

test('every form of a signed-in person carries a key, and no two the same; but assigning, which is the same twice', async () => {
  await grant(app, ['POST']);
  await assign(app, 'sam', ['POST']);
  const made = await send(app, adm, ASK, { scopes: 'POST', validity: '3600' });
  const owner = await signInAs(app, 'tiktok_account:brand');
  const account = '/console/bc1/tiktok-accounts/brand';
  const keys: string[] = [];
  for (const [browser, path] of [
    [adm, ASK],
    [adm, made.headers.get('Location') ?? ''],
    [adm, `${made.headers.get('Location')}/cancel`],
    [adm, `${account}/members/sam`],
    [adm, `${account}/revoke`],
    [owner, '/my-account/grants/bc1/revoke'],
    [owner, `/consent/${await requestToken(app, ['LIVE'])}`],
  ] as const) {
    const text = await (await browser.get(path)).text();
    const forms = [...text.matchAll(/<form[^>]*method="post"[^]*?<\/form>/g)].map(([form]) => form);
    for (const form of forms.filter((it) => !/action="(?:\/language|\/sign-out|[^"]*\/assign)"/.test(it))) {
      const [, key = ''] = /name="once" value="([\w-]{22})" autocomplete="off"/.exec(form) ?? [];
      expect(key, `${path} ${form.slice(0, 80)}`).not.toBe('');
      keys.push(key);
    }
  }
  expect(keys.length).toBeGreaterThan(8);
  const assigned = [1, 2].map(async () => send(app, adm, `${account}/assign`, { members: 'sam', scopes: 'POST' }));
  expect((await Promise.all(assigned)).map(where)).toEqual([`303 ${account}/members`, `303 ${account}/members`]);
  expect(new Set(keys).size).toBe(keys.length);
});
