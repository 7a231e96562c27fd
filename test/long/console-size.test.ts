import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { bringAgency } from '../support/agency.ts';
import { accessibility, DESK, inBrowser, PHONE } from '../support/chromium.ts';
import { giveTenTen, Hand, removeOne, seeHoldings } from '../support/console-stories.ts';
import { signInAs } from '../support/signed-in.ts';

const LARGEST_PAGE = 100_000;

/** Pages whose size or time may grow with the Business Center. */
const PAGES = [
  'tiktok-accounts',
  'tiktok-accounts?page=32',
  'tiktok-accounts?sort=members',
  'tiktok-accounts?filter=UNASSIGNED',
  'tiktok-accounts?q=store',
  'tiktok-accounts/t0000',
  'tiktok-accounts/t0000/members',
  'tiktok-accounts/t0000/members?page=100',
  'tiktok-accounts/t0000/history',
  'tiktok-accounts/t0000/assign',
  'tiktok-accounts/t0000/revoke',
  'members',
  'members?page=160',
  'members?sort=accounts',
  'members?q=anna',
  'members/u0000',
  'access-requests',
  'ad-accounts',
  'history',
  'history?who=anna&what=MEMBERS',
  'history?account=%40store_0799',
];

inBrowser('a Business Center as large as they come', (stage) => {
  beforeAll(async () => bringAgency(stage.app, { accounts: 800, members: 4000, holders: 3001 }));

  test('every page is under 100 KB, for administrators and for members', async () => {
    for (const who of ['user:adm', 'user:u0001']) {
      const browser = await signInAs(stage.app, who);
      for (const path of PAGES) {
        const times: number[] = [];
        let bytes = 0;
        for (let turn = 0; turn < 7; turn += 1) {
          const begun = performance.now();
          bytes = (await (await browser.get(`/console/bc1/${path}`)).arrayBuffer()).byteLength;
          times.push(performance.now() - begun);
        }
        const median = times.toSorted((a, b) => a - b)[3] ?? 0;
        console.log(`${who} ${path}: ${median.toFixed(0)} ms, ${(bytes / 1000).toFixed(0)} KB`);
        expect([path, bytes < LARGEST_PAGE]).toEqual([path, true]);
      }
    }
  });

  test.each([
    ['a desk in Chinese, dark', { ...DESK, locale: 'zh-CN', colorScheme: 'dark' as const }],
    ['a phone in English', { ...PHONE, locale: 'en-US' }],
  ])('the clicks of the tasks: %s', async (_, options) => {
    const clicks: Record<string, number> = {};
    for (const [task, story] of [
      ['ten people get ten accounts', giveTenTen],
      ['remove one of 3,001', async (hand: Hand) => removeOne(hand, `u${2000 + Math.floor(Math.random() * 900)}`)],
      ['what somebody holds', async (hand: Hand) => seeHoldings(hand, 'u0007')],
    ] as const) {
      const context = await stage.profile(options, ['user:adm']);
      onTestFinished(async () => context.close());
      const hand = new Hand(await context.newPage());
      await story(hand);
      clicks[task] = hand.clicks;
      expect(await accessibility(hand.page)).toBe('nothing serious');
      if (task === 'ten people get ten accounts') await hand.button(hand.words.selection.undo).click();
      await hand.page.waitForLoadState();
    }
    console.log(clicks);
    expect(clicks).toEqual({ 'ten people get ten accounts': 6, 'remove one of 3,001': 4, 'what somebody holds': 2 });
  });
});
