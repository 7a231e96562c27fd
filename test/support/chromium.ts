import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import type { TestApp } from './app.ts';
import { serveApp, type Environment } from './served.ts';
import { leaveOut } from './leave-out.ts';
import { signInAs } from './signed-in.ts';

/** Phones are 390 pixels wide here, desks 1280. */
export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } as const;
export const DESK = { viewport: { width: 1280, height: 900 } } as const;

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // A name that leads here and is none of the service's.
  '--host-resolver-rules=MAP sparkgate.lan 127.0.0.1',
];

/** The whole service on a port of its own, and a real Chromium before it. */
export interface BrowserStage {
  app: TestApp;
  /** Where it serves, without a slash at the end. */
  url: string;
  /** A browser profile of its own; `as` are who is signed in in it, such as `tiktok_account:brand`. */
  profile: (options?: BrowserContextOptions, as?: readonly string[]) => Promise<BrowserContext>;
}

/**
 * Tests in a real browser. Without any Chromium on the machine they are left out, loudly; `BROWSER_TESTS=required` makes
 * that a failure.
 * @param environment settings of the service
 */
export function inBrowser(title: string, tests: (stage: BrowserStage) => void, environment: Environment = {}): void {
  const executablePath = findChromium();
  if (executablePath === null) {
    const how = 'Install one (apt-get install chromium), or name one: CHROMIUM=/path/to/chrome npm test.';
    leaveOut(`LEFT OUT, since there is no Chromium on this machine: ${title}. ${how}`, 'BROWSER_TESTS');
    return;
  }
  describe(title, () => {
    const stage: Partial<BrowserStage> = {};
    const open: { close: () => unknown }[] = [];
    beforeAll(async () => {
      const served = await serveApp(environment);
      open.push(served);
      const browser = await chromium.launch({ executablePath, args: FLAGS });
      open.push(browser);
      const { app, url } = served;
      Object.assign(stage, { app, url, profile: profiles(browser, app, url) } satisfies BrowserStage);
    });
    afterAll(async () => {
      for (const it of open.toReversed()) await it.close();
    });
    tests(stage as BrowserStage);
  });
}

/** A Chromium of this machine: the one that `CHROMIUM` names, or one that is installed. Null for none. */
function findChromium(): string | null {
  const named = process.env['CHROMIUM'];
  if (named !== undefined) return existsSync(named) ? named : null;
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const candidates = [...names.map((name) => `/usr/bin/${name}`), chromium.executablePath()];
  return candidates.find((path) => existsSync(path)) ?? null;
}

function profiles(browser: Browser, app: TestApp, url: string): BrowserStage['profile'] {
  return async (options = {}, as = []) => {
    const context = await browser.newContext({ baseURL: url, locale: 'en-US', ...options });
    for (const who of as) await signInProfile(context, app, url, who);
    return context;
  };
}

/** Signs somebody in in a profile, besides whoever else is, and in the place of another of their kind. */
export async function signInProfile(context: BrowserContext, app: TestApp, url: string, who: string): Promise<void> {
  const { name, token } = await signInAs(app, who);
  await context.addCookies([{ name, value: token, url, httpOnly: true, sameSite: 'Lax' }]);
}

/**
 * What axe-core finds on a page that is serious or worse, in a line each; `nothing serious` if that is so.
 * @param rules its rules that are asked; all unless said otherwise
 */
export async function accessibility(page: Page, rules?: readonly string[]): Promise<string> {
  // Through the protocol, since the page's own policy lets no script in that is not served.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async (only) => {
    const run = (globalThis as unknown as { axe: typeof axe }).axe;
    const { violations } = await run.run({
      resultTypes: ['violations'],
      ...(only && { runOnly: { type: 'rule', values: [...only] } }),
    });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`));
  }, rules);
  return found.length === 0 ? 'nothing serious' : found.join('\n');
}
