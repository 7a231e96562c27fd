import { join } from 'node:path';
import pLimit from 'p-limit';
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

/** Of those who are signed in here; without any, strangers would be told that nobody can sign in. */
const ISSUERS = Object.fromEntries(
  ['OIDC', 'TIKTOK_OIDC'].flatMap((kind) => [
    [`${kind}_ISSUER`, 'https://issuer.test'],
    [`${kind}_CLIENT_ID`, 'sparkgate'],
    [`${kind}_CLIENT_SECRET`, 'the-secret-of-the-client-0123456789'],
  ]),
);

const SCREENS = [
  ['a desk', DESK],
  ['a phone', PHONE],
] as const;
/** A scheme that changes at once, not over the time that a colour takes to change. */
const STILL = { reducedMotion: 'reduce' } as const;
const CELLS = SCREENS.flatMap(([screen, size]) =>
  ['en-US', 'zh-CN'].map((locale) => ({ name: `${screen}, ${locale}`, options: { ...size, locale, ...STILL } })),
);
const SCHEMES = ['light', 'dark'] as const;

/** So many pages are looked at at once. */
const AT_ONCE = 2;

// One cell: `npx vitest run -c vitest.long.config.ts test/long/console-matrix.test.ts -t "at 60 accounts.*a phone, zh-CN"`
for (const size of SIZES) {
  inBrowser(
    `every page and state at ${size.accounts} accounts`,
    (stage) => {
      let states: PageState[];
      beforeAll(async () => {
        await bringAgency(stage.app, size);
        states = await bringStates(stage.app, size.accounts);
      });

      test.each(CELLS)('$name, light and dark', async ({ name, options }) => {
        const begun = performance.now();
        const contexts = new Map<string, Promise<BrowserContext>>();
        const contextOf = async (who: PageState['who']): Promise<BrowserContext> => {
          const open = contexts.get(who) ?? stage.profile(options, who === 'nobody' ? [] : [who]);
          contexts.set(who, open);
          return open;
        };
        const picture = `${size.accounts}-${name.replaceAll(/\W+/g, '-')}`;
        const turns = pLimit(AT_ONCE);
        const wrong = await turns.map(states, async (state, at) => {
          const page = await (await contextOf(state.who)).newPage();
          const found = await faultsIn(page, state, `${picture}-${String(at).padStart(2, '0')}`);
          await page.close();
          return found.length > 0 ? [[state.who, state.path, ...found]] : [];
        });
        for (const context of contexts.values()) await (await context).close();
        const seconds = Math.round((performance.now() - begun) / 1000);
        console.log(`${size.accounts} accounts, ${name}: ${states.length} states, light and dark, ${seconds} s`);
        expect(wrong.flat()).toEqual([]);
        expect(states.length).toBeGreaterThan(30);
      });
    },
    ISSUERS,
  );
}

/** What nobody should meet in a state, in either scheme: dark changes colours and nothing else, since `light-dark()` takes no more. */
async function faultsIn(page: Page, { path, reach }: PageState, picture: string): Promise<string[]> {
  const faults: string[] = [];
  await page.goto(path);
  await reach?.(page);
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    const axe = await accessibility(page, colorScheme === 'light' ? undefined : OF_COLOURS);
    if (axe !== 'nothing serious') faults.push(`${colorScheme}: ${axe}`);
    if (PICTURES !== undefined) {
      await page.screenshot({ path: join(PICTURES, `${picture}-${colorScheme}.png`), fullPage: true });
    }
  }
  return [...faults, ...(await page.evaluate<string[]>(FAULTS))];
}

/** What axe-core asks of colours. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

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
