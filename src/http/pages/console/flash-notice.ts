import { html } from 'hono/html';
import { parseRevision } from '../../../domain/revision.ts';
import type { Flash } from '../../session/flash.ts';
import { formFields } from '../../ui/fields.ts';
import type { Html } from '../../ui/html.ts';
import { notice } from '../../ui/notice.ts';
import type { Locale } from '../../ui/locale.ts';
import { routes } from '../../routes.ts';
import { storeOf } from '../selection/selectable.ts';
import type { ConsoleContext } from './console-context.ts';

/** What a form of the console can say on the page that follows it. */
export type Done =
  | 'assigned'
  | 'changed'
  | 'unassigned'
  | 'cancelled'
  | 'requestedUnknown'
  | 'revoked'
  | 'approved'
  | 'unassignedAll'
  | 'removed'
  | 'roleSet'
  | 'changedMany'
  | 'endedMany'
  | 'nothingChanged'
  | 'undone'
  | 'notUndone'
  | 'frozen'
  | 'unfrozen';

/** After these nothing is left of what was chosen. */
const OF_SELECTION: ReadonlySet<Done> = new Set(['changedMany', 'endedMany', 'nothingChanged']);

const WARNINGS: ReadonlySet<Done> = new Set(['notUndone', 'requestedUnknown']);

const COUNT = /^\d{1,6}$/;

/** What was just done, once, on top of the page; and for a minute the way to undo it. */
export function flashNotice(context: ConsoleContext): Html {
  return html`${context.flashes.map((flash) => said(context, flash))}`;
}

function said(context: ConsoleContext, { done, values }: Flash): Html {
  const { locale } = context;
  const count = Number(COUNT.exec(values['count'] ?? '1')?.[0]);
  const sentences = sentencesOf(locale, count);
  // The cookie is the browser's: what it says may be anything.
  if (Number.isNaN(count) || !isDone(done, sentences)) return html``;
  const kind = WARNINGS.has(done) ? 'warning' : 'success';
  const over = OF_SELECTION.has(done) ? html`<span hidden data-selection-done="${storeOf(context)}"></span>` : '';
  return html`${notice(locale, kind, sentences[done], undoForm(context, values['undo']))}${over}`;
}

function undoForm(context: ConsoleContext, revision: string | undefined): Html | undefined {
  // What changed nothing has no write to undo.
  if (revision === undefined || parseRevision(revision)?.write == null) return undefined;
  const { locale, bcId, here, signedIn } = context;
  return html`<form method="post" action="${routes.console.undo(bcId)}" data-undo>
    ${formFields(signedIn)}<input type="hidden" name="revision" value="${revision}" /><input type="hidden" name="back" value="${here}" />
    <button class="secondary">${locale.words.selection.undo}</button>
  </form>`;
}

function sentencesOf(locale: Locale, count: number): Readonly<Record<Done, string>> {
  const { console: words, selection, common } = locale.words;
  const number = locale.formats.number(count);
  return {
    assigned: words.assign.done(count, number),
    changed: words.member.changed,
    unassigned: words.member.unassigned,
    cancelled: words.done.cancelled,
    requestedUnknown: words.done.requestedUnknown,
    revoked: words.revoke.done,
    approved: words.done.approved,
    unassignedAll: words.memberPage.allDone(count, number),
    removed: words.memberPage.removed,
    roleSet: words.rolePage.done,
    changedMany: selection.changed(count, number),
    endedMany: selection.ended(count, number),
    nothingChanged: selection.nothingChanged,
    undone: selection.undone,
    notUndone: selection.notUndone,
    ...common.freeze.done,
  };
}

function isDone(name: string, sentences: Readonly<Record<Done, string>>): name is Done {
  return Object.hasOwn(sentences, name);
}
