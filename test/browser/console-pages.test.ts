import { beforeAll, expect, test } from 'vitest';
import { grant, put, standardWorld } from '../support/cast.ts';
import { accessibility, DESK, inBrowser, PHONE } from '../support/chromium.ts';

/** Names that somebody might choose to harm or to deceive: markup, text that runs backwards, letters of other alphabets. */
const HOSTILE = ['<script>alert(1)</script>', 'abc\u202egnp.exe', 'раypal', 'u'.repeat(128), '../../admin?x=1#y'];

inBrowser('every page of the console', (stage) => {
  beforeAll(async () => {
    const { app } = stage;
    await standardWorld(app);
    await put(app, '/v1/business-centers/bc1', { name: `${HOSTILE[0]} & Sons, a Business Center with a long name` });
    await put(app, '/v1/business-centers/bc3', { name: 'Empty' });
    for (const bc of ['bc2', 'bc3']) await put(app, `/v1/business-centers/${bc}/members/adm`, { user_role: 'ADMIN' });
    for (const name of HOSTILE) {
      await put(app, `/v1/business-centers/bc1/members/${encodeURIComponent(name)}`, { user_role: 'STANDARD' });
      await put(app, `/v1/ad-accounts/${encodeURIComponent(name)}`, { name, bc_id: 'bc1' });
      await put(app, `/v1/ad-accounts/${encodeURIComponent(name)}/members/adm`, { advertiser_role: 'ANALYST' });
      await put(app, `/v1/tiktok-accounts/${encodeURIComponent(name)}`, {
        handle: `@${name}`.slice(0, 128),
        display_name: name,
      });
      await grant(app, ['POST', 'LIVE'], 'bc1', Buffer.from(name, 'utf8').toString('latin1'));
      const path = `/v1/business-centers/bc1/tiktok-accounts/${encodeURIComponent(HOSTILE[0] ?? '')}/members/${encodeURIComponent(name)}`;
      await app.call('PUT', path, { actor: 'user:adm', body: { scopes: ['POST'] } });
    }
    await grant(app, ['POST'], 'bc1', 'former');
    await app.call('DELETE', '/v1/business-centers/bc1/tiktok-accounts/former', { actor: 'user:adm' });
    await put(app, '/v1/entities/user/rita', { attributes: { reviewer: true } });
  });

  const account = `/console/bc1/tiktok-accounts/${encodeURIComponent(HOSTILE[0] ?? '')}`;
  const PAGES: [who: string, path: string][] = [
    ['adm', '/console'],
    ['adm', '/console/bc1/tiktok-accounts'],
    ['adm', '/console/bc1/tiktok-accounts?q=nothing'],
    ['adm', '/console/bc3/tiktok-accounts'],
    ['adm', account],
    ...HOSTILE.map((name): [string, string] => ['adm', `/console/bc1/tiktok-accounts/${encodeURIComponent(name)}`]),
    ['adm', `${account}/assign`],
    ['adm', `${account}/members/${encodeURIComponent(HOSTILE[1] ?? '')}`],
    ['adm', `${account}/revoke`],
    ['adm', '/console/bc1/request-access'],
    ['adm', '/console/bc1/access-requests?show=all'],
    ['adm', '/console/bc3/access-requests'],
    ['adm', '/console/bc1/members'],
    ['adm', '/console/bc1/history'],
    ['adm', '/console/bc1/assign'],
    ['adm', '/console/bc1/ad-accounts'],
    ['adm', '/console/bc3/ad-accounts'],
    ['adm', `/console/bc1/ad-accounts/${encodeURIComponent(HOSTILE[0] ?? '')}`],
    ['adm', `${account}/members/${encodeURIComponent(HOSTILE[1] ?? '')}?step=unassign`],
    ['adm', '/console/bc1/tiktok-accounts/former'],
    ['sam', '/console/bc1/tiktok-accounts'],
    ['sam', '/console/bc1/members'],
    ['sam', '/console/bc1/request-access'],
    ['sam', '/console/nowhere/members'],
    ['rita', '/console'],
    ['rita', '/review?subject_type=user&subject_id=sam&action=view&resource_type=tiktok_account&resource_id=brand'],
  ];

  test.each([
    ['a phone, dark, in Chinese', { ...PHONE, locale: 'zh-CN', colorScheme: 'dark' }],
    ['a desk, light, in English', { ...DESK, locale: 'en-US', colorScheme: 'light' }],
  ] as const)(
    'on %s: axe-core finds nothing serious, nothing runs over the edge, no script but ours',
    async (_, options) => {
      for (const who of ['adm', 'sam', 'rita']) {
        const context = await stage.profile(options, [`user:${who}`]);
        const page = await context.newPage();
        const complaints: string[] = [];
        page.on('dialog', (dialog) => void dialog.dismiss().then(() => complaints.push('a dialog')));
        page.on('request', (request) => {
          if (!request.url().startsWith(stage.url)) complaints.push(request.url());
        });
        for (const [, path] of PAGES.filter(([name]) => name === who)) {
          const answer = await page.goto(path);
          expect([path, (answer?.status() ?? 500) < 500]).toEqual([path, true]);
          expect([path, await accessibility(page)]).toEqual([path, 'nothing serious']);
          expect([path, await page.evaluate<string[]>(BEYOND_THE_EDGE)]).toEqual([path, []]);
        }
        expect(complaints).toEqual([]);
        await context.close();
      }
    },
    120_000,
  );

  test('a name that deceives is flagged', async () => {
    const context = await stage.profile(DESK, ['user:adm']);
    const page = await context.newPage();
    await page.goto('/console/bc1/members');
    const flagged = await page.locator('.suspicion').count();
    expect(flagged).toBe(2);
    expect(await page.locator('main').innerText()).toContain('U+202E');
    await context.close();
  });
});

/** What makes the page wider than the screen, innermost last. */
const BEYOND_THE_EDGE = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.querySelectorAll('body *')].filter((it) => it.getBoundingClientRect().right > clientWidth);
  return wide.map((it) => it.outerHTML.slice(0, 120));
})()`;
