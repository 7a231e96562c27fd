import { Hono } from 'hono';
import { html } from 'hono/html';
import type { Language } from '../../domain/messages/messages.ts';
import { cookie } from '../session/cookies.ts';
import type { PageEnv } from '../env.ts';
import { openForm } from '../session/open-form.ts';
import type { Html } from './html.ts';
import { isLanguage, LANGUAGES } from './language.ts';
import { localPath } from './local-path.ts';
import type { Locale } from './locale.ts';
import { routes } from '../routes.ts';

const YEAR = 365 * 24 * 60 * 60;

/** The language that somebody chose. */
export const languageCookie = cookie('language', YEAR);

/** Remembers the language that somebody chose, and goes back to where they were. */
export const languageSwitch = new Hono<PageEnv>().post(routes.language.pattern, openForm(), async (c) => {
  const { language, back } = await c.req.parseBody();
  if (isLanguage(language)) languageCookie.write(c, language);
  return c.redirect(localPath(back, routes.home()), 303);
});

/** One button for each other language, by its own name. @param at the path to come back to, and the field of the form */
export function languageButtons(locale: Locale, { back, field }: { back: string; field: Html }): Html {
  const others = (Object.keys(LANGUAGES) as Language[]).filter((language) => language !== locale.language);
  return html`<form class="language" data-language method="post" action="${routes.language()}">
    ${field}<input type="hidden" name="back" value="${back}" />
    ${others.map(
      (language) =>
        html`<button class="quiet" name="language" value="${language}" lang="${language}">${LANGUAGES[language]}</button>`,
    )}
  </form>`;
}
