import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { standardWorld } from '../support/cast.ts';
import { newKey } from '../support/keys.ts';
import { bring } from '../support/ndjson.ts';
import { inWords } from '../support/outcome.ts';
import { sql } from '../support/sql.ts';

let app: TestApp;
let copy: TestApp;
beforeAll(async () => {
  [app, copy] = await Promise.all([testApp(), testApp()]);
});
afterAll(async () => Promise.all([app.close(), copy.close()]));

async function exported(
  from: TestApp,
  query = '',
  key?: string,
): Promise<{ lines: string[]; revision: string | null }> {
  const answer = await from.request(`/v1/relationships/export${query}`, {
    headers: { Authorization: `Bearer ${key ?? 'test-administrator-key-0123456789abcdef'}` },
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('Content-Type')).toBe('application/x-ndjson');
  const text = await answer.text();
  return { lines: text.split('\n').filter(Boolean), revision: answer.headers.get('X-Sparkgate-Revision') };
}

/** Everything goes; what guards the rows does not watch meanwhile. */
async function empty(it: TestApp): Promise<void> {
  await sql(
    it,
    `set session_replication_role = replica; delete from assignment; delete from account_grant; delete from account_link;
     delete from ad_account_member; delete from member; delete from ad_account; delete from tiktok_account;
     delete from entity; delete from user_profile; delete from business_center; reset session_replication_role`,
  );
}

const id = fc.stringMatching(/^[a-zA-Z0-9"\\'%_é广🦄. -]{0,6}[a-z]$/u).filter((it) => it === it.trim());
const scopes = fc.constantFrom(['POST'], ['LIVE'], ['LIVE', 'POST']);
const world = fc
  .record({
    centers: fc.uniqueArray(id, { minLength: 1, maxLength: 3 }),
    users: fc.uniqueArray(id, { minLength: 1, maxLength: 4 }),
    accounts: fc.uniqueArray(id, { minLength: 1, maxLength: 3 }),
    advertisers: fc.uniqueArray(id, { maxLength: 3 }),
    scopes: fc.array(scopes, { minLength: 40, maxLength: 40 }),
    numbers: fc.infiniteStream(fc.nat({ max: 99 })),
    attributes: fc.dictionary(
      fc.stringMatching(/^[a-z]{1,5}$/).filter((it) => it !== 'action'),
      fc.jsonValue(),
      { maxKeys: 3 },
    ),
  })
  .map(({ centers, users, accounts, advertisers, scopes: sets, numbers, attributes }) => {
    const odds = (percent: number): boolean => (numbers.next().value ?? 0) < percent;
    const lines: Record<string, unknown>[] = [
      ...centers.map((bc_id) => ({ type: 'business_center', bc_id, name: `Center ${bc_id}` })),
      ...accounts.map((it) => ({
        type: 'tiktok_account',
        id: it,
        handle: `@${it}`,
        ad_authorization: odds(50) ? false : null,
      })),
      ...advertisers.map((it) => ({
        type: 'ad_account',
        advertiser_id: it,
        name: it,
        bc_id: odds(70) ? centers[0] : null,
      })),
      ...users.map((it) => ({
        type: 'user',
        id: it,
        display_name: `Name of ${it}`,
        email: odds(50) ? 'a@example.com' : null,
      })),
      { type: 'entity', entity_type: 'catalog', id: users[0], attributes },
    ];
    let next = 0;
    const someScopes = (): unknown => sets[(next += 1) % sets.length];
    for (const bc_id of centers) {
      for (const user_id of users) {
        if (odds(70)) lines.push({ type: 'member', bc_id, user_id, user_role: odds(40) ? 'ADMIN' : 'STANDARD' });
      }
      for (const tiktok_account_id of accounts) {
        if (!odds(70)) continue;
        lines.push({ type: 'account_grant', bc_id, tiktok_account_id, scopes: ['LIVE', 'POST'] });
        const members = lines.filter((it) => it['type'] === 'member' && it['bc_id'] === bc_id);
        for (const { user_id } of members) {
          if (odds(60)) lines.push({ type: 'assignment', bc_id, tiktok_account_id, user_id, scopes: someScopes() });
        }
      }
    }
    for (const user_id of users) {
      for (const advertiser_id of advertisers) {
        if (odds(60)) lines.push({ type: 'ad_account_member', advertiser_id, user_id, advertiser_role: 'OPERATOR' });
      }
      if (odds(50)) lines.push({ type: 'account_link', tiktok_account_id: accounts[0], user_id, scopes: someScopes() });
    }
    return lines;
  });

test('what is exported imports again to the same world', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (lines) => {
      await Promise.all([empty(app), empty(copy)]);
      const brought = await bring(app, lines);
      expect([brought.status, brought.body.detail]).toEqual([200, undefined]);
      const { lines: told, revision } = await exported(app);
      expect(revision).toMatch(/^[0-9a-f]+\.\d+\.\d+$/);
      expect(told.length).toBe(lines.length);
      const again = await bring(copy, `${told.join('\n')}\n`);
      expect([again.status, again.body.detail]).toEqual([200, undefined]);
      expect((await exported(copy)).lines).toEqual(told);
      // And brought in where it is already, it changes nothing.
      expect((await bring(app, told.join('\n'))).body.changed).toEqual({});
    }),
    { numRuns: 15 },
  );
});

test('pages are read on without a gap: more facts than are read at once', async () => {
  await Promise.all([empty(app), empty(copy)]);
  const centers = Array.from({ length: 4500 }, (_, n) => ({
    type: 'business_center',
    bc_id: `bc${n}`,
    name: `N ${n}`,
  }));
  await bring(app, centers);
  const { lines } = await exported(app);
  expect(new Set(lines).size).toBe(4500);
});

test('a confined key has what belongs to its own Business Centers, and is told of no others', async () => {
  await empty(app);
  await standardWorld(app);
  const { key } = await newKey(app, ['relationships'], ['bc1']);
  const call = async (query: string): Promise<string> =>
    inWords(await app.call('GET', `/v1/relationships/export${query}`, { key }));
  expect([await call('?bc_id=bc2'), await call('?bc_id=bc1&bc_id=bc2')]).toEqual(['404 not_found', '404 not_found']);
  const { lines } = await exported(app, '?bc_id=bc1', key);
  expect((await exported(app, '', key)).lines).toEqual(lines);
  const all = (await exported(app)).lines;
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.filter((line) => !all.includes(line) || JSON.parse(line).bc_id === 'bc2')).toEqual([]);
  expect(lines.some((line) => JSON.parse(line).type === 'member')).toBe(true);
});
