import type { Page } from 'playwright-core';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { assign, grant, put, requestToken, standardWorld } from '../support/cast.ts';
import { accessibility, DESK, inBrowser, PHONE, signInProfile, type BrowserStage } from '../support/chromium.ts';

const WIDTHS = [320, 390, 600, 768, 820, 900, 1024, 1280];
const ACCOUNTS = '/console/bc1/tiktok-accounts';

/** Pages with tables, long names and forms, and who reads them. */
const PAGES = [
  ['user:adm', ACCOUNTS],
  ['user:adm', `${ACCOUNTS}/brand`],
  ['user:adm', `${ACCOUNTS}/brand/assign`],
  ['user:adm', '/console/bc1/access-requests?show=all'],
  ['user:adm', '/console/bc1/request-access'],
  ['user:adm', '/console/bc1/members'],
  ['user:adm', '/console/bc1/history'],
  ['user:adm', '/console/bc1/assign'],
  ['user:adm', '/console/bc1/ad-accounts'],
  ['user:sam', ACCOUNTS],
  ['user:rita', '/review'],
  ['tiktok_account:brand', '/my-account'],
  ['tiktok_account:brand', '/my-account/grants/bc1'],
] as const;

inBrowser('the layout', (stage) => {
  beforeAll(async () => {
    const { app } = stage;
    await standardWorld(app);
    await put(app, '/v1/tiktok-accounts/brand', { handle: '@brand', display_name: 'The Brand' });
    await grant(app, ['POST', 'LIVE']);
    await put(app, '/v1/business-centers/bc1/members/a.rather.long.but.ordinary.name@example.com', {
      user_role: 'STANDARD',
    });
    await assign(app, 'sam', ['POST', 'LIVE']);
    for (let nth = 1; nth < 25; nth += 1) {
      await put(app, `/v1/tiktok-accounts/acc${nth}`, { handle: `@account_${nth}`, display_name: `Account ${nth}` });
      await grant(app, ['POST', 'LIVE'], 'bc1', `acc${nth}`);
    }
    await put(app, '/v1/entities/user/rita', { attributes: { reviewer: true } });
  });

  test.each(['en-US', 'zh-CN'])(
    'in %s, no page is wider than the screen, and no handle is broken',
    async (locale) => {
      const pages = new Map<string, Page>();
      for (const [who, path] of PAGES) {
        const page = pages.get(who) ?? (await open(stage, [who], { ...DESK, locale }));
        pages.set(who, page);
        await page.goto(path);
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 900 });
          expect([path, width, await page.evaluate<number>(TOO_WIDE)]).toEqual([path, width, 0]);
          expect([path, width, await page.evaluate<string[]>(BROKEN)]).toEqual([path, width, []]);
        }
      }
    },
    120_000,
  );

  test('25 accounts on a phone are some screens, not a dozen, and the place in the navigation is in sight', async () => {
    const page = await open(stage, ['user:adm'], PHONE);
    await page.goto(ACCOUNTS);
    expect(await page.locator('tbody tr').count()).toBe(25);
    expect(await page.evaluate<number>('document.documentElement.scrollHeight')).toBeLessThan(6500);
    expect(await accessibility(page)).toBe('nothing serious');
    await page.goto('/console/bc1/members');
    const box = await page.locator('.side [aria-current]').boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(390);
  });

  test('times are in the zone of whoever reads, and in UTC without script', async () => {
    const token = await requestToken(stage.app, ['POST'], 'bc2', 'ext');
    const [scripted, plain] = await Promise.all(
      [true, false].map(async (javaScriptEnabled) => {
        const options = { ...DESK, timezoneId: 'Asia/Shanghai', javaScriptEnabled };
        const page = await open(stage, ['tiktok_account:brand'], options);
        await page.goto(`/consent/${token}`);
        return page.locator('time').first().innerText();
      }),
    );
    expect(plain).toMatch(/^\w+ \d+, \d{4}, \d\d:\d\d UTC$/);
    expect(scripted).toMatch(/^\w+ \d+, \d{4}, \d\d:\d\d GMT\+8$/);
    expect(new Date(`${scripted}`).toISOString()).toBe(new Date(`${plain}`).toISOString());
  });

  test('after a mistake in a form, the focus is on what is wrong, with and without script', async () => {
    for (const javaScriptEnabled of [true, false]) {
      const page = await open(stage, ['user:adm'], { ...DESK, javaScriptEnabled });
      await page.goto(`${ACCOUNTS}/brand/assign`);
      await page.getByRole('button', { name: 'Assign', exact: true }).click();
      await page.locator('.notice.error:focus').waitFor();
    }
  });

  test('one thing at a time is said to be copied, and not for long', async () => {
    const page = await open(stage, ['user:adm'], DESK);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto('/console/bc1/request-access');
    await page.locator('input[value="LIVE"]').check();
    await page.getByRole('button', { name: 'Generate QR code' }).click();
    const said = page.locator('.copy [role="status"]:not(:empty)');
    for (const button of await page.locator('.copy button').all()) {
      await button.click();
      await said.first().waitFor();
      expect(await said.count()).toBe(1);
    }
    await said.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Copy picture' }).click();
    await said.waitFor();
    const [width = 0, height = 0] = await page.evaluate<number[]>(COPIED);
    expect(height, 'a card, with more than the code').toBeGreaterThan(width * 1.2);
  });

  test('two tabs, another account: the form of the first says so, and leads back to the page', async () => {
    const { app, url } = stage;
    const token = await requestToken(app, ['POST'], 'bc2', 'ext');
    const first = await open(stage, ['tiktok_account:other'], PHONE);
    await first.goto(`/consent/${token}`);
    await signInProfile(first.context(), app, url, 'tiktok_account:brand');
    await first.getByRole('button', { name: 'Authorize', exact: true }).click();
    await first.getByText('You are signed in as someone else than when this page was opened').waitFor();
    await first.getByRole('button', { name: '中文' }).click();
    await first.getByRole('button', { name: 'English' }).click();
    await first.waitForURL(`**/consent/${token}`);
    expect(await first.locator('main').innerText()).toContain('@brand');
  });
});

/** By how many pixels the page is wider than the screen, or a table than its place, whichever is more. */
const TOO_WIDE = `Math.max(...[document.documentElement, ...document.querySelectorAll('.table')].map(
  (it) => it.scrollWidth - it.clientWidth,
))`;

/** How wide and high the picture is that was copied. */
const COPIED = `navigator.clipboard.read()
  .then(([it]) => it.getType('image/png'))
  .then(createImageBitmap)
  .then(({ width, height }) => [width, height])`;

/** Handles that stand on several lines. */
const BROKEN = `[...document.querySelectorAll('main .name')]
  .filter((it) => /^@\\w{1,16}$/.test(it.textContent) && it.getClientRects().length > 1)
  .map((it) => it.textContent)`;

async function open(
  stage: BrowserStage,
  as: readonly string[],
  options: Parameters<BrowserStage['profile']>[0],
): Promise<Page> {
  const context = await stage.profile(options, as);
  onTestFinished(async () => context.close());
  return context.newPage();
}
