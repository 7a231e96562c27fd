import { expect } from 'vitest';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { Locale } from '../../src/http/ui/locale.ts';
import { decision } from './cast.ts';
import type { BrowserStage } from './chromium.ts';
import { scan } from './scan.ts';

const ACCOUNTS = '/console/bc1/tiktok-accounts';

/** The screens of the three people, in one language. */
export interface Screens {
  adm: BrowserContextOptions;
  owner: BrowserContextOptions;
  sam: BrowserContextOptions;
}

/**
 * Three people from the request to the end: adm asks for an account that nobody here knows and shows the code, its owner
 * scans and authorizes, adm assigns sam and kim, sam sees that they may, the owner revokes, and sam may not any more.
 */
export async function wholeStory(
  stage: BrowserStage,
  { words }: Pick<Locale, 'words'>,
  { account, screens }: { account: string; screens: Screens },
): Promise<void> {
  const open = async (who: string, options: BrowserContextOptions): Promise<Page> =>
    (await stage.profile(options, [who])).newPage();
  const may = async (user: string): Promise<string> =>
    decision(stage.app, user, 'create_spark_ad', `tiktok_account:${account}`, { advertiser_id: 'adv1' });
  const { console: said } = words;

  const adm = await open('user:adm', screens.adm);
  await adm.goto(ACCOUNTS);
  await adm.getByRole('link', { name: said.accounts.requestAccess }).first().click();
  await adm.getByRole('checkbox', { name: words.common.scopes.POST.name }).check();
  await button(adm, said.request.submit).click();
  const scanned = await scanScreen(adm);
  const code = await adm.locator('.code').innerText();

  expect(scanned).toHaveLength(1);
  const [address = ''] = scanned;
  const owner = await open(`tiktok_account:${account}`, screens.owner);
  await owner.goto(address);
  expect(await owner.locator('main').innerText()).toContain(code);
  await button(owner, words.consent.authorize).click();

  await adm.waitForURL(`**${ACCOUNTS}/${account}`);
  await adm.getByText(said.done.approved).waitFor();
  await adm.getByRole('link', { name: said.account.assign }).click();
  for (const user of ['sam', 'kim']) {
    await adm.locator('#q').fill(user);
    await button(adm, said.search).click();
    await adm.locator(`[name=members][value="${user}"]`).check();
  }
  await adm.getByRole('checkbox', { name: words.common.scopes.POST.name }).check();
  await button(adm, said.assign.submit).click();
  await adm.getByText(said.assign.done(2, '2')).waitFor();
  expect([await may('sam'), await may('kim')]).toEqual(['ALLOW via BUSINESS_CENTER', 'ALLOW via BUSINESS_CENTER']);

  const sam = await open('user:sam', screens.sam);
  await sam.goto(ACCOUNTS);
  await sam.getByRole('link', { name: account, exact: true }).click();
  await sam.getByText(said.may.yesAll).first().waitFor();
  await sam.getByText('Spring campaign').waitFor();

  await owner.goto('/my-account');
  await owner.locator('a[href$="/grants/bc1/revoke"]').click();
  await button(owner, words.myAccount.revokeNow).click();
  await owner.waitForURL('**/my-account');

  // What is no longer assigned to a standard member is nothing that they may know of.
  expect((await sam.reload())?.status()).toBe(404);
  await sam.getByRole('heading', { name: words.errors.not_found.title }).waitFor();
  expect(await may('sam')).toMatch(/^DENY GRANT_REVOKED/);
  for (const page of [adm, owner, sam]) await page.context().close();
}

/** What a phone that is held before the screen reads, once the picture is there. */
export async function scanScreen(page: Page): Promise<string[]> {
  await page.locator('img.qr').waitFor();
  await page.waitForLoadState('load');
  return scan(new Uint8Array(await page.screenshot()));
}

function button(page: Page, name: string): ReturnType<Page['getByRole']> {
  return page.getByRole('button', { name, exact: true });
}
