import type { Locator, Page } from 'playwright-core';
import { LOCALES } from '../../src/http/ui/locale.ts';

/** A person at a page: what they press and click is counted, what they type is not. */
export class Hand {
  readonly page: Page;
  clicks = 0;
  #language: keyof typeof LOCALES = 'en';

  constructor(page: Page) {
    this.page = page;
  }

  /** The words of the language that the page is in. */
  get words() {
    return LOCALES[this.#language].words;
  }

  async open(path: string): Promise<void> {
    await this.page.goto(path);
    this.#language = (await this.page.getAttribute('html', 'lang')) as keyof typeof LOCALES;
  }

  async click(what: Locator): Promise<void> {
    this.clicks += 1;
    await what.click();
  }

  /** One of a list of choices: it is opened and chosen by a click. */
  async choose(what: Locator, value: string): Promise<void> {
    this.clicks += 1;
    await what.selectOption(value);
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

  async sees(text: string): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }
}
