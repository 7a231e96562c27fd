import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { bringAgency } from '../support/agency.ts';
import { DESK, inBrowser, PHONE } from '../support/chromium.ts';
import { clicksOf, documentedClicks } from '../support/counted-tasks.ts';
import { signInAs } from '../support/signed-in.ts';

const LARGEST_PAGE = 100_000;
const FULL = { accounts: 800, members: 4000, holders: 3001 };

/** Pages whose size or time may grow with the Business Center. */
const PAGES = [
  'tiktok-accounts',
  'tiktok-accounts?page=32',
  'tiktok-accounts?sort=members',
  'tiktok-accounts?filter=UNASSIGNED',
  'tiktok-accounts?filter=SWITCHED_OFF',
  'tiktok-accounts?q=store',
  'tiktok-accounts/t0000',
  'tiktok-accounts/t0000/about',
  'tiktok-accounts/t0000/members',
  'tiktok-accounts/t0000/members?page=100',
  'tiktok-accounts/t0000/history',
  'tiktok-accounts/t0000/assign',
  'tiktok-accounts/t0000/assign?q=anna',
  'tiktok-accounts/t0000/members/u0000',
  'tiktok-accounts/t0000/revoke',
  'request-access',
  'members',
  'members?page=160',
  'members?sort=accounts',
  'members?filter=ADMIN',
  'members?q=anna',
  'members/u0000',
  'members/u0000?step=remove',
  'access-requests',
  'access-requests?show=all',
  'ad-accounts',
  'ad-accounts?show=own',
  'ad-accounts/adv1',
  'ad-accounts/adv1?show=members',
  'assign',
  'freeze',
  'history',
  'history?who=anna&what=MEMBERS',
  'history?account=%40store_0799',
];

inBrowser('a Business Center as large as they come', (stage) => {
  beforeAll(async () => bringAgency(stage.app, FULL));

  test('every page is under 100 KB, for administrators and for members', async () => {
    const table: unknown[] = [];
    for (const who of ['user:adm', 'user:u0001']) {
      const browser = await signInAs(stage.app, who);
      for (const path of PAGES) {
        const times: number[] = [];
        let bytes = 0;
        for (let turn = 0; turn < 9; turn += 1) {
          const begun = performance.now();
          bytes = (await (await browser.get(`/console/bc1/${path}`)).arrayBuffer()).byteLength;
          times.push(performance.now() - begun);
        }
        const inOrder = times.toSorted((a, b) => a - b).map(Math.round);
        table.push({
          who,
          path,
          'ms, best': inOrder[0],
          median: inOrder[4],
          worst: inOrder[8],
          KB: Math.round(bytes / 1000),
        });
        expect([path, bytes < LARGEST_PAGE]).toEqual([path, true]);
      }
    }
    console.table(table);
  });
});

for (const [name, options] of [
  ['a desk in English, light', { ...DESK, locale: 'en-US', colorScheme: 'light' }],
  ['a desk in Chinese, dark', { ...DESK, locale: 'zh-CN', colorScheme: 'dark' }],
  ['a phone in English, dark', { ...PHONE, locale: 'en-US', colorScheme: 'dark' }],
  ['a phone in Chinese, light', { ...PHONE, locale: 'zh-CN', colorScheme: 'light' }],
] as const) {
  inBrowser(`the tasks at full size: ${name}`, (stage) => {
    beforeAll(async () => bringAgency(stage.app, FULL));

    test('each takes as many clicks as the documentation says', async () => {
      expect(await clicksOf(stage, options)).toEqual(documentedClicks(await readFile('docs/console.md', 'utf8')));
    });
  });
}
