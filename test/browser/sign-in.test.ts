import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { LOCALES } from '../../src/http/ui/locale.ts';
import { requestToken, standardWorld } from '../support/cast.ts';
import { accessibility, DESK, inBrowser, PHONE, type BrowserStage } from '../support/chromium.ts';
import { CLIENT, startIssuer } from '../support/issuer.ts';
import { sql } from '../support/sql.ts';

const { words } = LOCALES.en;
const MEMBERS = '/console/bc1/members';
const ASK = '/console/bc1/request-access';

async function open(
  stage: BrowserStage,
  as: readonly string[],
  options: BrowserContextOptions = DESK,
  prepare = '',
): Promise<Page> {
  const context = await stage.profile(options, as);
  onTestFinished(async () => context.close());
  if (prepare !== '') await context.addInitScript(prepare);
  return context.newPage();
}

async function middle(locator: ReturnType<Page['locator']>): Promise<{ x: number; y: number }> {
  await locator.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await locator.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  return { x: x + width / 2, y: y + height / 2 };
}

/** Fills in the issuer's forms; where it knows the person already, it asks for less. */
async function signInThere(page: Page, done: string): Promise<void> {
  await page.locator('input[name="login"]').fill('adm');
  await page.locator('input[name="password"]').fill('x');
  await page.locator('button[type="submit"]').click();
  const consent = page.getByRole('button', { name: 'Continue' });
  await Promise.race([page.waitForURL(`**${done}`), consent.click()]);
  await page.waitForURL(`**${done}`);
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

inBrowser(
  'signing in at an issuer',
  (stage) => {
    beforeAll(async () => standardWorld(stage.app));

    test('two tabs that begin to sign in both arrive, and loading the last address again does no harm', async () => {
      const one = await open(stage, []);
      const two = await one.context().newPage();
      await one.goto(`/sign-in/user?next=${MEMBERS}`);
      await two.goto(`/sign-in/user?next=${ASK}`);
      for (const [tab, path] of [
        [one, MEMBERS],
        [two, ASK],
      ] as const) {
        await signInThere(tab, path);
        expect(await tab.getByRole('heading', { level: 1 }).count()).toBe(1);
      }
      await one.goBack();
      await one.goForward();
      await one.reload();
      expect(new URL(one.url()).pathname).toBe(MEMBERS);
    });

    test('after the sign-out, the back button shows nothing of before', async () => {
      const page = await open(stage, []);
      await page.goto(`/sign-in/user?next=${MEMBERS}`);
      await signInThere(page, MEMBERS);
      await page.locator('details.person summary').click();
      await button(page, words.common.signOut).click();
      await page.getByText(words.signIn.signedOut.done).waitFor();
      await page.goBack();
      await page.getByRole('heading', { name: words.signIn.title, exact: true }).waitFor();
      expect(await page.getByText('Bright Agency').count()).toBe(0);
    });
  },
  async (url) => {
    const issuer = await startIssuer({ redirectUris: [`${url}/sign-in/user/callback`] });
    return {
      PUBLIC_URL: url,
      OIDC_ISSUER: `${issuer.url}/`,
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
    };
  },
);

inBrowser(
  'a browser that is not as one would wish',
  (stage) => {
    beforeAll(async () => standardWorld(stage.app));
    const count = async (table: string): Promise<number> =>
      (await sql<{ n: number }>(stage.app, `select count(*)::int as n from ${table}`))[0]?.n ?? Number.NaN;
    const idle = async (): Promise<number> =>
      (
        await sql<{ s: number }>(
          stage.app,
          `select extract(epoch from clock_timestamp() - last_seen_at)::float8 as s
           from sign_in where subject_id = 'idler'`,
        )
      )[0]?.s ?? Number.NaN;

    /** A phone whose clock is two hours ahead. */
    const AHEAD = 'const now = Date.now; Date.now = () => now() + 7_200_000;';

    test('with a clock two hours ahead: the consent is not over', async () => {
      const token = await requestToken(stage.app, ['POST']);
      const soon = "update access_request set expires_at = now() + interval '30 minutes' where status = 'PENDING'";
      await sql(stage.app, soon);
      const page = await open(stage, ['tiktok_account:brand'], PHONE, AHEAD);
      await page.goto(`/consent/${token}`);
      expect(await page.evaluate<number>('Date.now()')).toBeGreaterThan(Date.now() + 7_100_000);
      const left = page.locator('[data-remaining]');
      const shown = await left.innerText();
      expect(shown).toMatch(/^(?:30:00|29:\d\d)$/);
      await expect.poll(async () => left.innerText(), { timeout: 15_000 }).not.toBe(shown);
      expect(await left.innerText()).toMatch(/^29:\d\d$/);
    });

    test('a phone that slept asks anew how much is left', async () => {
      const token = await requestToken(stage.app, ['POST']);
      const page = await open(stage, ['tiktok_account:brand'], PHONE);
      await page.goto(`/consent/${token}`);
      await page.evaluate('window.before = true; const now = Date.now; Date.now = () => now() + 60_000');
      await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
      await expect
        .poll(async () => page.evaluate('window.before').catch(() => true), { timeout: 15_000 })
        .toBeUndefined();
    });

    describe('without script', () => {
      const BARE = { ...DESK, javaScriptEnabled: false };

      /** Clicks, and again while the first answer is on its way, which it never ends. Answers how many forms were sent. */
      async function clickTwice(page: Page, name: string): Promise<number> {
        const { x, y } = await middle(button(page, name));
        let sent = 0;
        const arrived = Promise.withResolvers<void>();
        await page.route('**/*', async (route) => {
          if (route.request().method() !== 'POST') return route.continue();
          sent += 1;
          if (sent > 1) {
            arrived.resolve();
            return route.continue();
          }
          await route.fetch({ maxRedirects: 0 });
          await page.mouse.click(x, y);
          await arrived.promise;
        });
        await page.mouse.click(x, y);
        await arrived.promise;
        return sent;
      }

      test('a second click on the form that asks for access makes no second request', async () => {
        const before = await count('access_request');
        const page = await open(stage, ['user:adm'], BARE);
        await page.goto(ASK);
        await page.getByRole('checkbox', { name: words.common.scopes.POST.name }).check();
        expect(await clickTwice(page, words.console.request.submit)).toBe(2);
        await page.getByRole('heading', { name: words.console.live.title }).waitFor();
        expect(await count('access_request')).toBe(before + 1);
      });

      test('a second click on Authorize shows the receipt', async () => {
        const token = await requestToken(stage.app, ['POST']);
        const page = await open(stage, ['tiktok_account:clicks'], BARE);
        await page.goto(`/consent/${token}`);
        expect(await clickTwice(page, words.consent.authorize)).toBe(2);
        await page.getByText(words.myAccount.authorized).waitFor();
      });

      test('a page that loads itself anew keeps nobody signed in; a reload by hand does', async () => {
        await stage.app.call('PUT', '/v1/business-centers/bc1/members/idler', { body: { user_role: 'ADMIN' } });
        const page = await open(stage, ['user:idler'], BARE);
        await page.goto(ASK);
        await page.getByRole('checkbox', { name: words.common.scopes.POST.name }).check();
        await button(page, words.console.request.submit).click();
        await page.getByRole('heading', { name: words.console.live.title }).waitFor();
        await sql(stage.app, "update sign_in set last_seen_at = now() - interval '50 s' where subject_id = 'idler'");
        const soon = async (path: RegExp) =>
          page.route(path, async (route) => {
            const answer = await route.fetch();
            const text = (await answer.text()).replace('content="30; url=', 'content="0; url=');
            await route.fulfill({ response: answer, body: text });
          });
        await soon(/\/access-requests\/[\w-]{36}$/);
        await page.route(/\?unattended=$/, async (route) => route.continue());
        // The page is loaded by script of the test, which is no person's click, and then loads itself at once.
        await page.goto(page.url());
        await sql(stage.app, "update sign_in set last_seen_at = now() - interval '50 s' where subject_id = 'idler'");
        await page.waitForURL(/\?unattended=$/);
        expect(await idle()).toBeGreaterThan(49);
        await page.reload();
        expect(await idle()).toBeLessThan(30);
      });
    });

    test('a page that polls keeps nobody signed in', async () => {
      await stage.app.call('PUT', '/v1/business-centers/bc1/members/idler', { body: { user_role: 'ADMIN' } });
      await sql(stage.app, "delete from sign_in where subject_id = 'idler'");
      const page = await open(stage, ['user:idler']);
      await page.goto(ASK);
      await page.getByRole('checkbox', { name: words.common.scopes.POST.name }).check();
      await button(page, words.console.request.submit).click();
      await page.getByRole('heading', { name: words.console.live.title }).waitFor();
      await sql(stage.app, "update sign_in set last_seen_at = now() - interval '50 s' where subject_id = 'idler'");
      expect((await page.waitForResponse(/\/state$/)).status()).toBe(200);
      expect(await idle()).toBeGreaterThan(49);
      await sql(stage.app, "update sign_in set last_seen_at = now() - interval '61 s' where subject_id = 'idler'");
      await page.waitForURL('**/sign-in?**');
    });

    test.each([
      [PHONE, 'zh-CN'],
      [DESK, 'en-US'],
    ] as const)('by a name that is not ours: what to do, and readable, on %j in %s', async (size, locale) => {
      const page = await open(stage, [], { ...size, locale });
      await page.goto(`${stage.url.replace('127.0.0.1', 'sparkgate.lan')}/sign-in?as=user`);
      const said = LOCALES[locale === 'zh-CN' ? 'zh-CN' : 'en'].words.errors.misdirected_request;
      await page.getByText(said.next).waitFor();
      const look = "getComputedStyle(document.querySelector('.button')).display";
      expect(await page.evaluate<string>(look)).toBe('flex');
      expect(await accessibility(page)).toBe('nothing serious');
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(size.viewport.width);
      await page.getByRole('link', { name: said.open }).click();
      expect(page.url()).toBe(`${stage.url}/sign-in?as=user`);
    });
  },
  { SIGN_IN_IDLE_TIMEOUT: '60' },
);
