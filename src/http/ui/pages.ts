import { languageDetector } from 'hono/language';
import type { Context, MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { PageEnv } from '../env.ts';
import { languageCookie } from './language-switch.ts';
import { isLanguage, LANGUAGES, nearestLanguage } from './language.ts';
import { localPath } from './local-path.ts';
import { LOCALES, type Locale } from './locale.ts';
import { routes } from '../routes.ts';

/** What a page may load and where it may send: nothing but what this service serves, and never inside a frame. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
} as const;

const detect: MiddlewareHandler<PageEnv> = languageDetector({
  order: ['header'],
  caches: false,
  supportedLanguages: Object.keys(LANGUAGES),
  fallbackLanguage: 'en',
  convertDetectedLanguage: nearestLanguage,
});

/** For the addresses of pages: finds out whom they speak to. */
export function pages(): MiddlewareHandler<PageEnv> {
  return createMiddleware<PageEnv>(async function pagesMiddleware(c, next) {
    await chooseLocale(c);
    return next();
  });
}

/** A slash too many at the end of a page's address is left out. */
export function noLastSlash(): MiddlewareHandler<PageEnv> {
  return createMiddleware<PageEnv>(async function noLastSlashMiddleware(c, next) {
    const address = withoutSlash(c);
    if (address !== null) return c.redirect(address, 301);
    return next();
  });
}

/** Before all else: keeps whatever is answered to a reader private, unframed and free of anything foreign. */
export function sealPages(): MiddlewareHandler<PageEnv> {
  return createMiddleware<PageEnv>(async function sealPagesMiddleware(c, next) {
    await next();
    if (!isPage(c)) return;
    for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
    c.res.headers.append('Vary', 'Accept-Language, Cookie');
  });
}

/** Finds out whom a page speaks to. From then on the answer is a page. */
export async function chooseLocale(c: Context<PageEnv>): Promise<void> {
  const chosen = languageCookie.read(c);
  if (!isLanguage(chosen)) await detect(c as Context<PageEnv, string>, async () => undefined);
  const language: unknown = isLanguage(chosen) ? chosen : c.get('language' as 'requestId');
  c.set('locale', LOCALES[isLanguage(language) ? language : 'en']);
}

/** Whether a reader was met, so that whoever asks reads a page. */
export function isPage(c: Context<PageEnv>): boolean {
  return (c.get('locale') as Locale | undefined) !== undefined;
}

/** The same address without slashes at its end, as a path; null where there are none, or for what is sent. */
export function withoutSlash({ req }: Context<PageEnv>): string | null {
  const { pathname, search } = new URL(req.url);
  if ((req.method !== 'GET' && req.method !== 'HEAD') || !/[^/]\/+$/.test(pathname)) return null;
  return localPath(`${pathname.replace(/(?<!\/)\/+$/, '')}${search}`, routes.home());
}
