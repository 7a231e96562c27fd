import { Hono } from 'hono';
import { html } from 'hono/html';
import type { PageEnv } from '../env.ts';
import { write } from '../sign-in/cookies.ts';
import type { Html } from './html.ts';
import { isLanguage, LANGUAGES, type Language } from './language.ts';
import { localPath } from './local-path.ts';
import type { Reader } from './reader.ts';
import { urls } from './urls.ts';

export const LANGUAGE_COOKIE = 'language';
const YEAR = 365 * 24 * 60 * 60;

/** Remembers the language that somebody chose, and goes back to where they were. */
export const languageSwitch = new Hono<PageEnv>().post('/language', async (c) => {
  const { language, back } = await c.req.parseBody();
  if (isLanguage(language)) write(c, LANGUAGE_COOKIE, language, { maxAge: YEAR });
  return c.redirect(localPath(back, urls.home()), 303);
});

/** One button for each other language, by its own name. @param back the path to come back to */
export function languageButtons(reader: Reader, back: string): Html {
  const others = (Object.keys(LANGUAGES) as Language[]).filter((language) => language !== reader.language);
  return html`<form class="language" method="post" action="${urls.language()}">
    <input type="hidden" name="back" value="${back}" />
    ${others.map(
      (language) =>
        html`<button class="quiet" name="language" value="${language}" lang="${language}">${LANGUAGES[language]}</button>`,
    )}
  </form>`;
}
