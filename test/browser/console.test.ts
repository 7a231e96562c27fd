import { readFile } from 'node:fs/promises';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { LOCALES } from '../../src/http/ui/locale.ts';
import { decision, grant, put, standardWorld } from '../support/cast.ts';
import { DESK, inBrowser, PHONE, type BrowserStage } from '../support/chromium.ts';
import { sql } from '../support/sql.ts';
import { scanScreen, wholeStory } from '../support/whole-story.ts';

const ACCOUNTS = '/console/bc1/tiktok-accounts';

inBrowser('the console', (stage) => {
  beforeAll(async () => {
    const { app } = stage;
    await standardWorld(app);
    await put(app, '/v1/business-centers/bc1/members/kim', { user_role: 'STANDARD' });
    for (const user of ['sam', 'kim']) {
      await put(app, `/v1/ad-accounts/adv1/members/${user}`, { advertiser_role: 'OPERATOR' });
    }
  });

  test('the card is saved as PNG by script; without it, only the bare code is, and is called that', async () => {
    const asked = { scopes: ['POST'] };
    const path = '/v1/business-centers/bc1/access-requests';
    const { body } = await stage.app.call('POST', path, { actor: 'user:adm', body: asked });
    const { en } = LOCALES;
    const { live } = en.words.console;
    const address = `/console/bc1/access-requests/${body.id}`;
    const adm = await open(stage, 'user:adm', DESK);
    await adm.goto(address);
    const saved = adm.waitForEvent('download');
    await button(adm, live.download).click();
    const file = await saved;
    expect(file.suggestedFilename()).toBe(`sparkgate-bc1-${body.code}.png`);
    const picture = await readFile(await file.path());
    expect([picture.subarray(1, 4).toString(), picture.readUInt32BE(16)], 'two points for each of 560').toEqual([
      'PNG',
      1120,
    ]);
    const plain = await open(stage, 'user:adm', { ...DESK, javaScriptEnabled: false });
    await plain.goto(address);
    expect(await button(plain, live.download).isVisible()).toBe(false);
    expect(await plain.getByRole('link', { name: live.downloadBare }).getAttribute('href')).toMatch(/\/qr\.png$/);
  });

  test('on a phone, the parts of an account fade at the edge where there are more', async () => {
    await grant(stage.app, ['POST']);
    const adm = await open(stage, 'user:adm', { ...PHONE, locale: 'en-US' });
    await adm.goto(`${ACCOUNTS}/brand`);
    const tabs = adm.locator('.tabs');
    expect(await tabs.evaluate((it) => it.scrollWidth > it.clientWidth)).toBe(true);
    expect(await adm.evaluate(`getComputedStyle(document.querySelector('.tabs')).backgroundImage`)).toMatch(
      /(?:linear-gradient.*){4}/,
    );
  });

  test('on paper there are tables, and the card in place of the bare code, without what can only be clicked', async () => {
    const made = await stage.app.call('POST', '/v1/business-centers/bc1/access-requests', {
      actor: 'user:adm',
      body: { scopes: ['POST'] },
    });
    // As narrow as a phone, where the screen shows cards.
    const adm = await open(stage, 'user:adm', PHONE);
    const shown = async (selector: string): Promise<string[]> =>
      adm.evaluate<string[]>(
        `[...document.querySelectorAll(${JSON.stringify(selector)})].map((it) => getComputedStyle(it).display)`,
      );
    await adm.goto('/console/bc1/members');
    expect(new Set(await shown('tbody tr'))).toEqual(new Set(['grid']));
    await adm.emulateMedia({ media: 'print' });
    expect(new Set(await shown('tbody tr'))).toEqual(new Set(['table-row']));
    expect(new Set(await shown('.side, .search, .pick-all, [data-bar], .top .aside'))).toEqual(new Set(['none']));
    await adm.goto(`/console/bc1/access-requests/${made.body.id}`);
    expect([await shown('img.print-only'), await shown('img.qr'), await shown('.qr-panel .actions')]).toEqual([
      ['block'],
      ['none'],
      ['none'],
    ]);
  });

  test('a list that follows its requests says when the connection is lost, and when it is back', async () => {
    const adm = await open(stage, 'user:adm', DESK);
    await adm.goto('/console/bc1/access-requests');
    const said = adm.getByText(LOCALES.en.words.common.offline);
    expect(await said.isVisible()).toBe(false);
    await adm.context().setOffline(true);
    await said.waitFor();
    await adm.context().setOffline(false);
    await said.waitFor({ state: 'hidden' });
  });

  const LANGUAGES = [
    ['en-US', LOCALES.en, 'journey-en'],
    ['zh-CN', LOCALES['zh-CN'], 'journey-zh'],
  ] as const;
  test.each(LANGUAGES)('the whole story, in %s', async (locale, said, account) => {
    const [desk, phone] = [
      { ...DESK, locale },
      { ...PHONE, locale },
    ];
    await wholeStory(stage, said, { account, screens: { adm: desk, owner: phone, sam: phone } });
  });

  test('without script: request, QR code, cancel on a page of its own, assign two, search without losing ticks', async () => {
    const { app } = stage;
    await grant(app, ['POST', 'LIVE'], 'bc1', 'plain');
    const page = await open(stage, 'user:adm', { ...DESK, javaScriptEnabled: false });
    await page.goto('/console/bc1/request-access');
    await page.locator('input[value="LIVE"]').check();
    await button(page, 'Generate QR code').click();
    expect(await scanScreen(page)).toEqual([await page.inputValue('#consent-url')]);
    await page.getByRole('link', { name: 'Cancel request' }).click();
    await page.getByRole('link', { name: 'Keep the request' }).click();
    await page.getByRole('link', { name: 'Cancel request' }).click();
    await button(page, 'Cancel the request').click();
    await page.getByText('The request was cancelled.').waitFor();

    await page.goto(`${ACCOUNTS}/plain/assign`);
    await page.locator('input[value="kim"]').check();
    await page.locator('#q').fill('sa');
    await page.locator('#q').press('Enter');
    await page.locator('input[value="sam"]').check();
    await page.locator('input[value="LIVE"]').check();
    expect(page.url(), 'nothing of it stands in the address').toMatch(/\/plain\/assign$/);
    await button(page, 'Assign').click();
    await page.getByText('2 members were assigned.').waitFor();

    await page.goto(`${ACCOUNTS}/plain/members/kim`);
    await page.getByRole('link', { name: 'Unassign' }).click();
    await button(page, 'Unassign member').click();
    await page.getByText('The member was unassigned from this account.').waitFor();
    await page.goto(`${ACCOUNTS}/plain/assign`);
    await page.locator('input[value="kim"]').check();
    await page.locator('input[value="LIVE"]').check();
    await button(page, 'Assign').click();
    expect(await decision(app, 'kim', 'read_live_videos', 'tiktok_account:plain')).toBe('ALLOW via BUSINESS_CENTER');
  });

  test('the page of a request that expires, or is cancelled in another tab, turns by itself', async () => {
    const { app } = stage;
    const page = await open(stage, 'user:adm', DESK);
    await requestLive(page);
    await sql(app, "update access_request set expires_at = clock_timestamp() where status = 'PENDING'", []);
    await page.getByText('The QR code expired before the owner answered.').waitFor();
    expect(await page.locator('img.qr').count()).toBe(0);

    await requestLive(page);
    const other = await page.context().newPage();
    await other.goto(page.url());
    await button(other, 'Keep the request').waitFor({ state: 'hidden' });
    await other.locator('summary', { hasText: 'Cancel request' }).click();
    expect(await other.evaluate('document.activeElement.textContent')).toBe('Keep the request');
    await button(other, 'Keep the request').click();
    await other.locator('summary', { hasText: 'Cancel request' }).click();
    await button(other, 'Cancel the request').click();
    await page.bringToFront();
    await page.getByText('This request was cancelled.').waitFor();
  });

  test('two tabs: what the other tab has done is told, and the back button shows no stale QR code', async () => {
    const { app } = stage;
    await grant(app, ['POST'], 'bc1', 'tabs');
    const first = await open(stage, 'user:adm', DESK);
    const second = await first.context().newPage();
    for (const page of [first, second]) await page.goto(`${ACCOUNTS}/tabs/revoke`);
    await button(first, 'Revoke authorization').click();
    await first.getByText('The authorization was revoked.').waitFor();
    await button(second, 'Revoke authorization').click();
    await second.getByText(LOCALES.en.words.errors.conflict.title).first().waitFor();

    await requestLive(first);
    await first.locator('summary', { hasText: 'Cancel request' }).click();
    await button(first, 'Cancel the request').click();
    await first.getByText('The request was cancelled.').waitFor();
    await first.goBack();
    await first.getByText('This request was cancelled.').waitFor();
    expect(await first.locator('img.qr').count()).toBe(0);
  });

  test('a double click assigns once and leads to the account', async () => {
    const { app } = stage;
    await grant(app, ['POST'], 'bc1', 'twice');
    const page = await open(stage, 'user:adm', DESK);
    await page.goto(`${ACCOUNTS}/twice/assign`);
    await page.locator('input[value="sam"]').check();
    await page.locator('input[value="POST"]').check();
    await button(page, 'Assign').dblclick();
    await page.waitForURL(`**${ACCOUNTS}/twice/members`);
    const { body } = await app.call('GET', '/v1/audit?bc_id=bc1&limit=200');
    const steps = body.items.filter(
      (it: { after?: { tiktok_account_id?: string } }) => it.after?.tiktok_account_id === 'twice',
    );
    expect(steps.filter(({ event }: { event: string }) => event === 'assignment.put')).toHaveLength(1);
  });
});

async function open(stage: BrowserStage, who: string, options: BrowserContextOptions): Promise<Page> {
  const context = await stage.profile(options, [who]);
  onTestFinished(async () => context.close());
  return context.newPage();
}

async function requestLive(page: Page): Promise<void> {
  await page.goto('/console/bc1/request-access');
  await page.locator('input[value="LIVE"]').check();
  await button(page, 'Generate QR code').click();
  await page.locator('img.qr').waitFor();
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
