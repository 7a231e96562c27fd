import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenSession, Query, ReadFresh } from '../../src/domain/context.ts';
import type { Check } from '../../src/decision/check.ts';
import { Search } from '../../src/decision/search/search.ts';
import { poolQuery } from '../../src/store/open.ts';
import { IDLE_MS } from '../../src/store/patience.ts';
import { sessionOpener } from '../../src/store/session.ts';
import { put } from '../support/cast.ts';
import { bundleApp, type BundleApp } from './bundles.ts';

// Candidates that are decided by the tier they lie in, and not one by one.

const ofBc1 = '/v1/business-centers/bc1';

let own: BundleApp;
let strangers: BundleApp;
beforeAll(async () => {
  own = await bundleApp('own');
  strangers = await bundleApp('strangers', own.app);
  await put(own.app, ofBc1, { name: 'Bright Agency' });
  await put(own.app, `${ofBc1}/members/adm`, { user_role: 'ADMIN' });
  for (const id of ['again', 'gone', 'held', 'never']) await put(own.app, `/v1/tiktok-accounts/${id}`, { handle: id });
  await give('again', 'gone', 'held');
  await take('again', 'gone');
  await give('again');
});
afterAll(async () => {
  await strangers.close();
  await own.close();
});

async function give(...accounts: string[]): Promise<void> {
  const fact = { type: 'account_grant', bc_id: 'bc1', scopes: ['POST'] };
  const body = accounts.map((id) => JSON.stringify({ ...fact, tiktok_account_id: id })).join('\n');
  const { status } = await own.app.call('POST', '/v1/relationships/import?mode=reopen', { body });
  expect(status).toBe(200);
}

async function take(...accounts: string[]): Promise<void> {
  for (const id of accounts) {
    const { status } = await own.app.call('DELETE', `${ofBc1}/tiktok-accounts/${id}`, { actor: 'user:adm' });
    expect(status).toBe(200);
  }
}

/** Reads of the database by these statements, and by these sessions where several make a page. */
const readingBy =
  (query: Query, session: OpenSession = unused): ReadFresh =>
  async (read) =>
    read({ orm: own.app.runtime.orm, query, session });

const unused: OpenSession = async () => Promise.reject(new Error('one statement is enough'));

const mayAdm = (action: string): Check => ({
  subject: { type: 'user', id: 'adm', properties: {} },
  action: { name: action, properties: {} },
  resource: { type: 'tiktok_account', id: '', properties: {} },
  context: {},
  within: null,
  byPerson: false,
});

async function found(it: BundleApp, action: string, properties = {}): Promise<string[]> {
  const { body } = await it.app.call('POST', '/access/v1/search/resource', {
    body: {
      subject: { type: 'user', id: 'adm' },
      action: { name: action, properties },
      resource: { type: 'tiktok_account' },
    },
  });
  return body.results.map(({ id }: { id: string }) => id);
}

test.each([{}, { bc_id: 'bc1' }])('what is held, was held, and is held again, with %j', async (properties) => {
  expect(await found(own, 'view', properties)).toEqual(['again', 'held']);
  expect(await found(own, 'view_account_history', properties)).toEqual(['again', 'gone', 'held']);
  expect(await found(strangers, 'held', properties)).toEqual(['again', 'held']);
  expect(await found(strangers, 'lost', properties)).toEqual(['gone']);
});

test('a verdict on a tier does not outlive what it was given for', async () => {
  const query = await poolQuery(own.app.runtime.orm);
  let looks = 0;
  /** Between the first look and the next, adm is demoted and the Business Center gets one more account. */
  const late: Query = async (text, values) => {
    looks += 1;
    if (looks === 2) {
      await put(own.app, `${ofBc1}/members/adm`, { user_role: 'STANDARD' });
      await give('never');
    }
    return query(text, values);
  };
  const { decider } = own.app.runtime.services;
  const check = mayAdm('view');
  const place = { after: '', limit: 10 };
  const before = await new Search({ bundle: own.bundle, decider, read: readingBy(query) }).find(
    'resource',
    check,
    place,
  );
  expect(before.ids).toEqual(['again', 'held']);
  const during = await new Search({ bundle: own.bundle, decider, read: readingBy(late) }).find(
    'resource',
    check,
    place,
  );
  expect(during.ids).toEqual([]);
  expect(looks).toBe(2);
});

test('a page is of one moment, however many statements it takes', async () => {
  await put(own.app, `${ofBc1}/members/adm`, { user_role: 'ADMIN' });
  await put(own.app, '/v1/tiktok-accounts/will', { handle: 'will' });
  await give('will');
  const query = await poolQuery(own.app.runtime.orm);
  const open = await sessionOpener(own.app.runtime.orm);
  let looks = 0;
  /** After the first four candidates `gone` is held again, and the fifth is lost: both were never lost at once. A write could not stand idle for so long. */
  const session: OpenSession = async (purpose) => {
    const it = await open(purpose);
    const changed: Query = async (text, values) => {
      looks += 1;
      if (looks === 2) {
        await give('gone');
        await take('will');
        await delay(IDLE_MS + 500);
      }
      return it.query(text, values);
    };
    return { ...it, query: changed };
  };
  const { decider } = strangers.app.runtime.services;
  const search = new Search({ bundle: strangers.bundle, decider, read: readingBy(query, session) });
  const page = await search.find('resource', mayAdm('lost'), { after: '', limit: 1 });
  expect(page).toMatchObject({ ids: ['gone'], next: null });
  expect(looks).toBe(2);
  await take('gone');
  await give('will');
});

test('a search that runs out of time goes on with its next page', async () => {
  await put(own.app, `${ofBc1}/members/adm`, { user_role: 'ADMIN' });
  const query = await poolQuery(own.app.runtime.orm);
  const session = await sessionOpener(own.app.runtime.orm);
  const { decider } = strangers.app.runtime.services;
  const pages = async (patienceMs: number): Promise<string[][]> => {
    const search = new Search({ bundle: strangers.bundle, decider, read: readingBy(query, session), patienceMs });
    const all: string[][] = [];
    for (let after: string | null = ''; after !== null;) {
      const { ids, next } = await search.find('resource', mayAdm('lost'), { after, limit: 1 });
      all.push(ids);
      after = next;
    }
    return all;
  };
  expect(await pages(60_000)).toEqual([['gone']]);
  expect(await pages(0)).toEqual([['gone'], [], []]);
});

test('a search reaches as far as it has to, however far it reached before', async () => {
  for (const role of ['ADMIN', 'STANDARD', 'ADMIN'] as const) {
    await put(own.app, `${ofBc1}/members/adm`, { user_role: role });
    expect(await found(own, 'view')).toEqual(role === 'ADMIN' ? expect.arrayContaining(['again', 'held']) : []);
    expect(await found(strangers, 'nobody')).toEqual([]);
    expect(await found(strangers, 'no_administrator')).toHaveLength(role === 'ADMIN' ? 0 : 5);
  }
});
