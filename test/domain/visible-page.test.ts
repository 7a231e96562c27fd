import { afterAll, beforeAll, expect, test } from 'vitest';
import { visiblePage } from '../../src/domain/visible-page.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { standardWorld } from '../support/cast.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
});
afterAll(async () => app.close());

/** So many accounts that nobody may see, and then one Business Center that adm may. */
const HIDDEN = 10_500;
const KEYS = [...Array.from({ length: HIDDEN }, (_, index) => `account-${String(index).padStart(5, '0')}`), 'bc1'];

test('a page looks at so many rows and no more, and the next one goes on where it ended', async () => {
  const ctx = app.runtime.services.contextFor({ key: null, actor: { type: 'user', id: 'adm' } }, null);
  let looked = 0;
  const page = async (cursor?: string) =>
    visiblePage(
      ctx,
      { limit: 150, ...(cursor !== undefined && { cursor }) },
      {
        rows: async (after, limit) => {
          const some = KEYS.filter((key) => after === null || key > after).slice(0, limit);
          looked += some.length;
          return some;
        },
        key: (row) => row,
        question: (row) =>
          row === 'bc1'
            ? { action: 'view', resource: { type: 'business_center', id: row } }
            : { action: 'view', resource: { type: 'tiktok_account', id: row } },
      },
    );
  const first = await page();
  expect(first.items).toEqual([]);
  expect(looked).toBeLessThan(HIDDEN);
  const { next_cursor: cursor } = first;
  if (cursor === null) throw new Error('the first page says that it is the last');
  const last = Buffer.from(cursor, 'base64url').toString('utf8');
  expect(await page(last)).toEqual({ items: ['bc1'], next_cursor: null });
  expect(looked).toBe(KEYS.length);
});
