import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { bringAgency } from '../support/agency.ts';
import { accessibility, DESK, inBrowser, PHONE } from '../support/chromium.ts';
import { giveTenTen } from '../support/console-tasks.ts';
import { Hand } from '../support/hand.ts';
import { decision } from '../support/cast.ts';

inBrowser('an agency of 60 accounts', (stage) => {
  beforeAll(async () => bringAgency(stage.app, { accounts: 60, members: 120, holders: 80 }));

  async function hand(options = {}, who = 'user:adm'): Promise<Hand> {
    const context = await stage.profile(options, [who]);
    onTestFinished(async () => context.close());
    return new Hand(await context.newPage());
  }
  const may = async (user: string, account: string): Promise<string> =>
    decision(stage.app, user, 'read_public_videos', `tiktok_account:${account}`);

  // On a desk, in English, it is one of the tasks whose clicks are counted.
  test('ten people get ten accounts, and one click undoes it: a phone in Chinese', async () => {
    const adm = await hand({ ...PHONE, locale: 'zh-CN' });
    await giveTenTen(adm);
    expect(adm.page.url()).toMatch(/\/members$|\/tiktok-accounts$/);
    expect(await may('u0009', 't0019')).toBe('ALLOW via BUSINESS_CENTER');
    expect(await accessibility(adm.page)).toBe('nothing serious');
    await adm.click(adm.button(adm.words.selection.undo));
    await adm.page.getByText(adm.words.selection.undone).waitFor();
    expect(await may('u0009', 't0019')).toBe('DENY NO_ASSIGNMENT');
    expect(await adm.page.locator('[data-bar]').isVisible(), 'nothing is selected any more').toBe(false);
  });

  test('a selection survives search, sort, pages and a change of language, and stands in no address', async () => {
    const adm = await hand(DESK);
    const { page } = adm;
    const count = page.locator('[data-count=members]');
    await adm.open('/console/bc1/members');
    await page.locator('[data-tick]').nth(2).click();
    await page
      .locator('[data-tick]')
      .nth(6)
      .click({ modifiers: ['Shift'] });
    expect(await count.innerText(), 'a range').toBe('5');
    await page.locator('a[rel=next]').click();
    await page.locator('[data-tick]').first().focus();
    await page.keyboard.press('Space');
    expect(await count.innerText()).toBe('6');
    await adm.search('u0117');
    await page.locator('[data-tick]').first().check();
    await page.goto('/console/bc1/members?sort=since');
    expect(await count.innerText()).toBe('7');
    await adm.button('Assign…').click();
    await page.getByRole('heading', { name: 'Assign TikTok accounts' }).waitFor();
    expect(await page.locator('[name=members]:checked').count()).toBe(7);
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('heading', { name: '分配 TikTok 账号' }).waitFor();
    expect(await page.locator('[name=members]:checked').count(), 'in the other language').toBe(7);
    expect(page.url()).not.toMatch(/u0|\?/);
    await page.goto('/console/bc1/tiktok-accounts');
    expect(await count.innerText()).toBe('7');
    await page.getByRole('button', { name: '清除' }).click();
    expect(await page.locator('[data-bar]').isVisible()).toBe(false);
  });

  test('the whole of it by keyboard alone, and nothing that has the focus is below the bar', async () => {
    const adm = await hand(DESK);
    const { page } = adm;
    const tabTo = async (selector: string): Promise<void> => {
      for (let presses = 0; presses < 150; presses += 1) {
        await page.keyboard.press('Tab');
        if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
      }
      throw new Error(`${selector} cannot be reached`);
    };
    await adm.open('/console/bc1/members?page=2');
    await tabTo('[data-tick]');
    await page.keyboard.press('Space');
    const bar = page.locator('[data-bar]');
    for (let row = 0; row < 24; row += 1) {
      await tabTo('[data-tick]');
      const [focused, over] = [await page.locator(':focus').boundingBox(), await bar.boundingBox()];
      expect((focused?.y ?? 0) + (focused?.height ?? 0)).toBeLessThanOrEqual(over?.y ?? 0);
    }
    await tabTo('[data-bar] a');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/tiktok-accounts');
    await tabTo('[data-tick]:not([value="t0000"])');
    await page.keyboard.press('Space');
    await tabTo('[data-bar] .actions button');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/assign');
    await tabTo('[name=scopes][value=LIVE]');
    await page.keyboard.press('Space');
    await tabTo('button[value=assign]');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Check before you assign' }).waitFor();
    await tabTo('button[value=assign]');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: '1 assignment was changed.' }).waitFor();
    await tabTo('[data-undo] button');
    await page.keyboard.press('Enter');
    await page.getByText('Undone').waitFor();
  });

  test('without script the ticks of the page are sent, and more can be written', async () => {
    const adm = await hand({ ...DESK, javaScriptEnabled: false });
    const { page } = adm;
    await adm.open('/console/bc1/members?q=u011');
    await page.locator('[data-tick]').nth(0).check();
    await page.locator('[data-tick]').nth(1).check();
    await adm.button('Assign…').click();
    expect(await page.locator('[name=members]:checked').count()).toBe(2);
    await page.locator('#more-accounts').fill('@store_0055');
    await page.locator('[value=POST]').check();
    await adm.button('Assign').click();
    await page.getByText('2 members × 1 account = 2 assignments').waitFor();
    await adm.button('Assign').click();
    await page.getByText('2 assignments were changed.').waitFor();
  });
});
