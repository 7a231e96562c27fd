import { languageDetector } from 'hono/language';
import type { MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { PageEnv } from '../env.ts';
import { LANGUAGE_COOKIE } from './language-switch.ts';
import { isLanguage, LANGUAGES, nearestLanguage } from './language.ts';
import { READERS } from './reader.ts';

/** The addresses of pages. What is thrown below them is answered as a page. */
export const PAGES = [
  '/',
  '/console/*',
  '/consent/*',
  '/my-account/*',
  '/review/*',
  '/sign-in/*',
  '/sign-out',
  '/language',
];

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

const detect = languageDetector({
  order: ['cookie', 'header'],
  lookupCookie: LANGUAGE_COOKIE,
  caches: false,
  supportedLanguages: Object.keys(LANGUAGES),
  fallbackLanguage: 'en',
  convertDetectedLanguage: nearestLanguage,
});

/** For pages: whom they speak to, and headers that keep them private, unframed and free of anything foreign. */
export function pages(): MiddlewareHandler<PageEnv> {
  return createMiddleware<PageEnv>(async function pagesMiddleware(c, next) {
    await detect(c, async () => undefined);
    const language: unknown = c.get('language' as 'requestId');
    c.set('reader', READERS[isLanguage(language) ? language : 'en']);
    await next();
    for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value);
    c.res.headers.append('Vary', 'Accept-Language, Cookie');
  });
}
