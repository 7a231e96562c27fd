import type { Context as Http } from 'hono';
import { html } from 'hono/html';
import type { PageEnv } from '../../env.ts';
import type { Html } from '../../ui/html.ts';
import type { Locale } from '../../ui/locale.ts';
import { shownName } from '../../ui/name.ts';
import { notice } from '../../ui/notice.ts';

/** So much of what an address asked for is repeated. */
const MOST_SHOWN = 60;

/** Says which part of the address nobody could read: the page is as if it were not there. */
export function leftOutNotice(locale: Locale, values: readonly string[]): Html {
  const { leftOut } = locale.words.console;
  return html`${values.map((it) => notice(locale, 'warning', html`${leftOut}${shownName(it.slice(0, MOST_SHOWN))}`))}`;
}

/** Which of its views a page shows: the first, unless the address names another; and what it names in vain. */
export function viewOf<View extends string>(
  c: Http<PageEnv>,
  views: readonly [View, ...View[]],
): { view: View; leftOut: string[] } {
  const asked = c.req.query('show') ?? '';
  const view = views.find((it) => it === asked);
  return { view: view ?? views[0], leftOut: view === undefined && asked !== '' ? [asked] : [] };
}
