import type { Locator, Page } from 'playwright-core';
import { LOCALES } from '../../src/http/ui/locale.ts';

/** A person at a page: what they press and click is counted, what they type is not. */
export class Hand {
  readonly page: Page;
  clicks = 0;

  constructor(page: Page) {
    this.page = page;
  }

  get words() {
    return LOCALES[this.page.url() === 'about:blank' ? 'en' : this.#language].words;
  }
  #language: keyof typeof LOCALES = 'en';

  async open(path: string): Promise<void> {
    await this.page.goto(path);
    this.#language = (await this.page.getAttribute('html', 'lang')) as keyof typeof LOCALES;
  }

  async click(what: Locator, options: Parameters<Locator['click']>[0] = {}): Promise<void> {
    this.clicks += 1;
    await what.click(options);
  }

  async search(text: string): Promise<void> {
    await this.page.locator('#q').fill(text);
    await this.page.locator('#q').press('Enter');
    await this.page.waitForURL((url) => url.searchParams.get('q') === text);
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  link(name: string): Locator {
    return this.page.getByRole('link', { name, exact: true });
  }
}

/** Ten members, the first found by a search, get ten accounts; ends on the page that says so. */
export async function giveTenTen(hand: Hand): Promise<void> {
  await hand.open('/console/bc1/members');
  const { page, words } = hand;
  await hand.search('u000');
  await hand.click(page.locator('[data-pick-all]'));
  await hand.click(hand.link(words.selection.pickAccounts));
  await hand.search('store_001');
  await hand.click(page.locator('[data-pick-all]'));
  await hand.click(hand.button(words.selection.assign));
  await hand.click(page.locator('[name=scopes][value=POST]'));
  await hand.click(hand.button(words.selection.submit));
  await page.getByText(words.selection.changed(100, '100')).waitFor();
}

/** One member of many loses an account. */
export async function removeOne(hand: Hand, name: string): Promise<void> {
  await hand.open('/console/bc1/tiktok-accounts');
  const { page, words } = hand;
  await hand.click(hand.link('Store 0000'));
  await hand.click(hand.link(words.console.account.access));
  await hand.search(name);
  await hand.click(page.locator('tbody a.button').last());
  await hand.click(hand.button(words.console.member.unassignYes));
  await page.getByText(words.console.member.unassigned).waitFor();
}

/** What somebody holds. */
export async function seeHoldings(hand: Hand, id: string): Promise<void> {
  await hand.open('/console/bc1/tiktok-accounts');
  const { words } = hand;
  await hand.click(hand.link(words.console.nav.members));
  await hand.search(id);
  await hand.click(hand.page.locator('tbody th a').first());
  await hand.page.getByRole('heading', { name: words.console.memberPage.held }).waitFor();
}
