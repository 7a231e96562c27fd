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

/** The language in which a program is answered: what it asks for by `Accept-Language`, or English. The answer says so. */
export function askedLanguage(c: Http<Env>): Language {
  const asked = c.req.header('Accept-Language') === undefined ? undefined : detectFromHeader(c, OPTIONS);
  const language = isLanguage(asked) ? asked : 'en';
  c.header('Content-Language', language);
  c.header('Vary', 'Accept-Language');
  return language;
}
