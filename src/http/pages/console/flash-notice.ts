import { html } from 'hono/html';
import type { Flash } from '../../session/flash.ts';
import type { Html } from '../../ui/html.ts';
import { notice } from '../../ui/notice.ts';
import type { Locale } from '../../ui/locale.ts';
import type { ConsoleContext } from './console-context.ts';

/** What a form of the console can say on the page that follows it. */
export type Done =
  | 'assigned'
  | 'changed'
  | 'unassigned'
  | 'cancelled'
  | 'revoked'
  | 'approved'
  | 'unassignedAll'
  | 'removed'
  | 'roleSet'
  | 'frozen'
  | 'unfrozen';

const COUNT = /^[1-9]\d{0,5}$/;

/** What was just done, once, on top of the page. */
export function flashNotice({ flashes, locale }: ConsoleContext): Html {
  return html`${flashes.map((flash) => said(locale, flash))}`;
}

function said(locale: Locale, flash: Flash): Html {
  const words = locale.words.console;
  const count = Number(COUNT.exec(flash.values['count'] ?? '1')?.[0]);
  // The cookie is the browser's: what it says may be anything.
  if (Number.isNaN(count)) return html``;
  const sentences: Readonly<Record<Done, string>> = {
    assigned: words.assign.done(count, locale.formats.number(count)),
    changed: words.member.changed,
    unassigned: words.member.unassigned,
    cancelled: words.done.cancelled,
    revoked: words.revoke.done,
    approved: words.done.approved,
    unassignedAll: words.memberPage.allDone(count, locale.formats.number(count)),
    removed: words.memberPage.removed,
    roleSet: words.rolePage.done,
    ...locale.words.common.freeze.done,
  };
  return isDone(flash.done, sentences) ? notice(locale, 'success', sentences[flash.done]) : html``;
}

function isDone(name: string, sentences: Readonly<Record<Done, string>>): name is Done {
  return Object.hasOwn(sentences, name);
}
