import type { Context as Http } from 'hono';
import { detectFromHeader } from 'hono/language';
import type { Language } from '../domain/messages/messages.ts';
import type { Env } from './env.ts';
import { isLanguage, LANGUAGES, nearestLanguage } from './ui/language.ts';

const OPTIONS = {
  lookupFromHeaderKey: 'Accept-Language',
  supportedLanguages: Object.keys(LANGUAGES),
  convertDetectedLanguage: nearestLanguage,
  ignoreCase: false,
} as Parameters<typeof detectFromHeader>[1];

/** The language in which a program is answered: what it asks for by `Accept-Language`, or English. */
export function languageOf(c: Http<Env>): Language {
  const asked = c.req.header('Accept-Language') === undefined ? undefined : detectFromHeader(c, OPTIONS);
  return isLanguage(asked) ? asked : 'en';
}

/** As {@link languageOf}; the answer says so. */
export function askedLanguage(c: Http<Env>): Language {
  const language = languageOf(c);
  c.header('Content-Language', language);
  c.header('Vary', 'Accept-Language');
  return language;
}
