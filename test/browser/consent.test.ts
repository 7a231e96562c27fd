import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright-core';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { assign, decision, grant, requestToken, standardWorld } from '../support/cast.ts';
import { accessibility, DESK, inBrowser, PHONE, signInProfile, type BrowserStage } from '../support/chromium.ts';
import { sql } from '../support/sql.ts';

const OWNER = ['tiktok_account:brand'];
const WORDS = {
  'en-US': {
    authorize: 'Authorize',
    decline: 'Decline',
    receipt: 'Authorized. This is your receipt.',
    revoke: 'Revoke',
    revokeNow: 'Revoke authorization',
    revoked: 'Revoked.',
    pause: 'We recommend that they be paused',
    gone: 'This link does not work',
  },
  'zh-CN': {
    authorize: '授权',
    decline: '拒绝',
    receipt: '授权成功。以下是授权详情。',
    revoke: '取消授权',
    revokeNow: '取消授权',
    revoked: '已取消授权。',
    pause: '我们建议暂停这些广告',
    gone: '此链接无法使用',
  },
} as const;
const GONE = WORDS['en-US'].gone;

inBrowser('the owner’s consent', (stage) => {
  beforeAll(async () => standardWorld(stage.app));

  test.each(['en-US', 'zh-CN'] as const)('on a phone, in %s: look, authorize, receipt, revoke', async (locale) => {
    const words = WORDS[locale];
    const { app } = stage;
    const token = await requestToken(app, ['POST', 'LIVE']);
    const page = await open(stage, OWNER, { ...PHONE, locale });
    await page.goto(`/consent/${token}`);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    const looks = await Promise.all([words.authorize, words.decline].map(async (label) => look(page, label)));
    expect(looks[0]).toEqual(looks[1]);
    await button(page, words.authorize).click();
    await page.waitForURL('**/my-account/grants/bc1');
    await text(page, words.receipt);
    expect(await decision(app, 'adm', 'view')).toBe('ALLOW via BUSINESS_CENTER');
    await assign(app, 'sam', ['POST']);
    expect(await decision(app, 'sam', 'read_public_videos')).toBe('ALLOW via BUSINESS_CENTER');
    await page.getByRole('link', { name: words.revoke, exact: true }).click();
    await button(page, words.revokeNow).click();
    await page.waitForURL('**/my-account');
    await text(page, words.revoked);
    await text(page, words.pause);
    expect(await decision(app, 'sam', 'read_public_videos')).toMatch(/^DENY GRANT_REVOKED/);
    await page.reload();
    expect(await page.getByText(words.revoked).count()).toBe(0);
  });

  test.each(['en-US', 'zh-CN'])(
    'on a phone, in %s: all that is asked within a screen and a half, both answers in view',
    async (locale) => {
      const token = await requestToken(stage.app, ['POST', 'LIVE']);
      const context = await stage.profile({ ...PHONE, locale }, OWNER);
      onTestFinished(async () => context.close());
      const page = await context.newPage();
      await page.goto(`/consent/${token}`);
      const bottom = async (part: string): Promise<number> => {
        const box = await page.locator(part).last().boundingBox();
        return box ? box.y + box.height : Number.NaN;
      };
      for (const part of ['.asks', '.code', '.scope-card']) {
        expect([part, (await bottom(part)) < 844 * 1.5]).toEqual([part, true]);
      }
      const boxes = await page.locator('.answers button').all();
      const [one, other] = await Promise.all(boxes.map(async (it) => it.boundingBox()));
      expect(await bottom('.answers button')).toBeLessThanOrEqual(844);
      expect([one?.width, one?.height, one?.y]).toEqual([other?.width, other?.height, other?.y]);
      expect(await accessibility(page)).toBe('nothing serious');
    },
  );

  test('without script: the same', async () => {
    const token = await requestToken(stage.app, ['POST']);
    const page = await open(stage, OWNER, { ...PHONE, javaScriptEnabled: false });
    await page.goto(`/consent/${token}`);
    await button(page, 'Authorize').click();
    await text(page, WORDS['en-US'].receipt);
    await page.getByRole('link', { name: 'Revoke', exact: true }).click();
    await button(page, 'Revoke authorization').click();
    await text(page, 'Revoked.');
  });

  test('expired while it was open, cancelled, used twice: the same page', async () => {
    const { app } = stage;
    const expired = await requestToken(app, ['POST']);
    const cancelled = await requestToken(app, ['POST']);
    const used = await requestToken(app, ['POST']);
    const page = await open(stage, OWNER, PHONE);
    await page.goto(`/consent/${expired}`);
    await sql(
      app,
      "update access_request set expires_at = clock_timestamp() where status = 'PENDING' and token_hash = sha256($1)",
      [Buffer.from(expired)],
    );
    await button(page, 'Authorize').click();
    await text(page, GONE);
    const shown = [await page.locator('main').innerText()];
    await page.goto(`/consent/${cancelled}`);
    await sql(app, "update access_request set status = 'CANCELLED', closed_at = now() where token_hash = sha256($1)", [
      Buffer.from(cancelled),
    ]);
    await button(page, 'Authorize').click();
    shown.push(await page.locator('main').innerText());
    await page.goto(`/consent/${used}`);
    await button(page, 'Decline').click();
    await text(page, 'You declined.');
    await page.goto(`/consent/${used}`);
    shown.push(await page.locator('main').innerText());
    expect(new Set(shown).size).toBe(1);
    expect(await decision(app, 'adm', 'view')).toMatch(/^DENY/);
  });

  test('someone else signed in: a link for one account does not open for another, nor does a page that was open', async () => {
    const { app, url } = stage;
    const { body } = await app.call('POST', '/v1/business-centers/bc1/access-requests', {
      actor: 'user:adm',
      body: { scopes: ['POST'], tiktok_account_id: 'brand' },
    });
    const path = new URL(body.consent_url).pathname;
    const context = await stage.profile(PHONE, ['tiktok_account:other']);
    const page = await pageOf(context);
    await page.goto(path);
    await text(page, GONE);
    await signInProfile(context, app, url, 'tiktok_account:brand');
    await page.goto(path);
    await signInProfile(context, app, url, 'tiktok_account:other');
    await button(page, 'Authorize').click();
    await text(page, 'You are signed in as someone else than when this page was opened');
    expect(await decision(app, 'adm', 'view', 'tiktok_account:other')).toMatch(/^DENY/);
  });

  test('a double click sends one answer', async () => {
    const token = await requestToken(stage.app, ['POST']);
    const page = await open(stage, ['tiktok_account:double'], PHONE);
    const posts: string[] = [];
    page.on('request', (request) => request.method() === 'POST' && posts.push(request.url()));
    await page.goto(`/consent/${token}`);
    await button(page, 'Authorize').dblclick();
    await page.waitForURL('**/my-account/grants/bc1');
    await text(page, WORDS['en-US'].receipt);
    expect(posts).toHaveLength(1);
  });

  test('back button and a repeated answer: no second grant, and the way to the receipt', async () => {
    const { app } = stage;
    const token = await requestToken(app, ['POST']);
    const page = await open(stage, ['tiktok_account:back'], PHONE);
    await page.goto(`/consent/${token}`);
    await button(page, 'Authorize').click();
    await page.waitForURL('**/my-account/grants/bc1');
    await page.goBack();
    await text(page, GONE);
    await page.getByRole('link', { name: 'Who can use my account' }).click();
    await page.getByRole('link', { name: 'Bright Agency', exact: true }).click();
    await text(page, 'Access public videos');
    expect(await sql(app, "select 1 as one from account_grant where tiktok_account_id = 'back'")).toHaveLength(1);
  });

  test('two tabs: the first answer counts, the second is told that the link is gone', async () => {
    const { app } = stage;
    const token = await requestToken(app, ['POST']);
    const context = await stage.profile(PHONE, ['tiktok_account:tabs']);
    const [one, two] = [await pageOf(context), await pageOf(context)];
    await one.goto(`/consent/${token}`);
    await two.goto(`/consent/${token}`);
    await button(one, 'Decline').click();
    await text(one, 'You declined.');
    await button(two, 'Authorize').click();
    await text(two, GONE);
    expect(await sql(app, "select 1 as one from account_grant where tiktok_account_id = 'tabs'")).toEqual([]);
  });

  test('another site can neither post an answer nor frame the page', async () => {
    const { app, url } = stage;
    const token = await requestToken(app, ['POST']);
    const elsewhere = await otherSite(
      `<form method="post" action="${url}/consent/${token}/approve"><input name="csrf" value="x"><button>Win</button></form>
       <iframe src="${url}/consent/${token}"></iframe>`,
    );
    const page = await open(stage, ['tiktok_account:lured'], DESK);
    await page.goto(elsewhere);
    await page.waitForLoadState('networkidle');
    const framed = page.frames().find((frame) => frame !== page.mainFrame());
    expect(await framed?.locator('body').innerText()).not.toContain('Authorize');
    await button(page, 'Win').click();
    await text(page, 'This did not come from a page of this service');
    expect(await sql(app, "select 1 as one from account_grant where tiktok_account_id = 'lured'")).toEqual([]);
  });

  test('whoever is not signed in is asked to, as a TikTok account', async () => {
    const token = await requestToken(stage.app, ['POST']);
    const page = await open(stage, [], PHONE);
    await page.goto(`/consent/${token}`);
    expect(new URL(page.url()).pathname).toBe('/sign-in');
    expect(new URL(page.url()).searchParams.get('next')).toBe(`/consent/${token}`);
    expect(await page.getByText('Bright Agency').count()).toBe(0);
  });

  test.each(['light', 'dark'] as const)('axe-core finds nothing serious in the %s scheme', async (colorScheme) => {
    const { app } = stage;
    await grant(app, ['POST'], 'bc2', 'axe', 'ext');
    const token = await requestToken(app, ['POST', 'LIVE'], 'bc2', 'ext');
    for (const [size, locale] of [
      [PHONE, 'zh-CN'],
      [DESK, 'en-US'],
    ] as const) {
      const page = await open(stage, ['tiktok_account:axe'], { ...size, locale, colorScheme });
      const paths = [
        `/consent/${token}`,
        '/consent/none',
        '/my-account',
        '/my-account/grants/bc2',
        '/my-account/grants/bc2/revoke',
        '/my-account/none',
      ];
      for (const path of paths) {
        await page.goto(path);
        await page.locator('details.person summary').click();
        expect(await accessibility(page), `${path} ${size.viewport.width}`).toBe('nothing serious');
      }
    }
  });

  test('the language switch is remembered', async () => {
    const page = await open(stage, OWNER, PHONE);
    await page.goto('/my-account');
    await button(page, '中文').click();
    await text(page, '谁可以使用我的账号');
    await page.goto('/my-account/none');
    await text(page, '这里没有内容');
  });

  test('by keyboard: skip to the content, then every answer can be reached and is visibly focused', async () => {
    const token = await requestToken(stage.app, ['POST']);
    const page = await open(stage, OWNER, DESK);
    await page.goto(`/consent/${token}`);
    await page.keyboard.press('Tab');
    expect(await page.evaluate<string>('document.activeElement.className')).toBe('skip');
    await page.keyboard.press('Enter');
    const reached: string[] = [];
    for (let step = 0; step < 6; step += 1) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate<string>(FOCUSED));
    }
    expect(reached).toEqual(expect.arrayContaining(['Decline solid', 'Authorize solid']));
  });
});

/** What the page itself is asked. */
const FOCUSED = '`${document.activeElement.textContent} ${getComputedStyle(document.activeElement).outlineStyle}`';
const STYLE = `(it) => {
  const { color, backgroundColor, borderColor, borderWidth, fontSize, fontWeight } = getComputedStyle(it);
  return { color, backgroundColor, borderColor, borderWidth, fontSize, fontWeight };
}`;

async function open(
  stage: BrowserStage,
  as: readonly string[],
  options: Parameters<BrowserStage['profile']>[0],
): Promise<Page> {
  return pageOf(await stage.profile(options, as));
}

async function pageOf(context: BrowserContext): Promise<Page> {
  onTestFinished(async () => context.close());
  return context.newPage();
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

async function text(page: Page, said: string): Promise<void> {
  await page.getByText(said).first().waitFor({ timeout: 15_000 });
}

/** What makes one of two buttons the easier one. */
async function look(page: Page, name: string) {
  const { width, height, y } = (await button(page, name).boundingBox()) ?? { width: 0, height: 0, y: 0 };
  const found = `[...document.querySelectorAll('button')].find((it) => it.textContent === '${name}')`;
  const style = await page.evaluate<Record<string, string>>(`(${STYLE})(${found})`);
  expect(style['fontWeight']).toMatch(/^\d+$/);
  return { width, height, y, ...style };
}

/** A page of another site. */
async function otherSite(body: string): Promise<string> {
  const server = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(body));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://localhost:${(server.address() as AddressInfo).port}/`;
}
