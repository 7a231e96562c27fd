import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { bringAgency } from '../support/agency.ts';
import { accessibility, DESK, inBrowser, PHONE } from '../support/chromium.ts';
import { bringStates, type PageState } from '../support/console-states.ts';

/** Where pictures of all pages go, to be looked at; none are taken without it. */
const PICTURES = process.env['PICTURES'];

const SIZES = [
  { accounts: 0, members: 2, holders: 0 },
  { accounts: 1, members: 3, holders: 2 },
  { accounts: 60, members: 120, holders: 80 },
  { accounts: 800, members: 4000, holders: 3001 },
];

const SCREENS = [
  ['a desk', DESK],
  ['a phone', PHONE],
] as const;
const MODES = SCREENS.flatMap(([screen, size]) =>
  ['en-US', 'zh-CN'].flatMap((locale) =>
    (['light', 'dark'] as const).map((colorScheme) => ({
      name: `${screen}, ${locale}, ${colorScheme}`,
      size,
      locale,
      colorScheme,
    })),
  ),
);

for (const size of SIZES) {
  inBrowser(`every page and state at ${size.accounts} accounts`, (stage) => {
    let states: PageState[];
    beforeAll(async () => {
      await bringAgency(stage.app, size);
      states = await bringStates(stage.app, size.accounts);
    });

    test.each(MODES)('$name', async ({ name, size: screen, locale, colorScheme }) => {
      const contexts = new Map<string, BrowserContext>();
      const wrong: unknown[] = [];
      for (const [at, { who, path, reach }] of states.entries()) {
        const signedIn = who === 'nobody' ? [] : [who];
        const context = contexts.get(who) ?? (await stage.profile({ ...screen, locale, colorScheme }, signedIn));
        contexts.set(who, context);
        const page = await context.newPage();
        await page.goto(path);
        await reach?.(page);
        const found = await faultsOf(page);
        if (found.length > 0) wrong.push([who, path, ...found]);
        if (PICTURES !== undefined) {
          const file = `${size.accounts}-${name.replaceAll(/\W+/g, '-')}-${String(at).padStart(2, '0')}.png`;
          await page.screenshot({ path: join(PICTURES, file), fullPage: true });
        }
        await page.close();
      }
      for (const context of contexts.values()) await context.close();
      expect(wrong).toEqual([]);
      expect(states.length).toBeGreaterThan(30);
    });
  });
}

/** What nobody should meet on a page. */
async function faultsOf(page: Page): Promise<string[]> {
  const axe = await accessibility(page);
  const others = await page.evaluate<string[]>(FAULTS);
  return axe === 'nothing serious' ? others : [axe, ...others];
}

/** What is wider than its place, and words that run down the page one character a line. */
const FAULTS = `(() => {
  const wide = [document.documentElement, ...document.querySelectorAll('.table')]
    .filter((it) => it.scrollWidth > it.clientWidth)
    .map((it) => 'too wide: ' + it.outerHTML.slice(0, 80));
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const thin = [];
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const text = node.textContent.trim();
    if (text.length < 2) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const lines = new Set([...range.getClientRects()].map(({ y }) => Math.round(y))).size;
    if (lines > 1 && lines >= text.length) thin.push('one character a line: ' + text.slice(0, 40));
  }
  return [...wide, ...thin];
})()`;
