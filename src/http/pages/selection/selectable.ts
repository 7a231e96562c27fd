import { html } from 'hono/html';
import { formFields } from '../../ui/fields.ts';
import type { Html } from '../../ui/html.ts';
import type { Locale } from '../../ui/locale.ts';
import { routes } from '../../routes.ts';
import type { ConsoleContext } from '../console/console-context.ts';

/** Where a selection leads back to. */
export type From = 'members' | 'accounts' | 'access';

/** A list whose rows can be chosen. */
interface Selectable {
  from: From;
  /** What the rows are, as a form names them. */
  field: 'members' | 'accounts';
  /** Of the other kind: a list in which some may be chosen already, or what it is once and for all. */
  other: { list: 'members' | 'accounts' } | { accounts: string };
  /** What can be done with those that are chosen. */
  actions: Html;
  rows: Html;
}

/**
 * A list with boxes to tick and a bar that tells how many are and what can be done with them. The script keeps the ticks
 * of a tab while its reader searches and turns pages; they are sent in a form, so that they stand in no address. Without
 * script the ticks of the page at hand are sent.
 */
export function selectable(context: ConsoleContext, { from, field, other, actions, rows }: Selectable): Html {
  const { bcId, locale } = context;
  const { selection: words } = locale.words;
  const list = 'accounts' in other ? `access/${other.accounts}` : field;
  const also = 'list' in other ? html` data-also="${other.list}"` : '';
  return html`<form method="post" action="${routes.console.assign(bcId)}" data-selection="${storeOf(context)}" data-list="${list}" data-field="${field}"${also}>
    ${formFields(context.signedIn)} <input type="hidden" name="from" value="${from}" />
    ${'accounts' in other ? html`<input type="hidden" name="accounts" value="${other.accounts}" />` : ''}
    <p class="pick-all" data-needs-script hidden>
      <label><input type="checkbox" data-pick-all autocomplete="off" /> ${words.selectPage}</label>
      <span class="hint">${words.rangeHint}</span>
    </p>
    ${rows}
    <div class="bar" data-bar role="group" aria-label="${words.bar}">
      <div class="counts" data-needs-script hidden>
        <p role="status">
          ${counted(words.chosen[field], list)} ${'list' in other ? counted(words.chosen[other.list], other.list) : ''}
        </p>
        <button type="button" class="quiet" data-clear>${words.clear}</button>
      </div>
      <p class="actions">${actions}</p>
    </div>
  </form>`;
}

function counted(label: string, list: string): Html {
  return html`<span class="counted">${label} <strong data-count="${list}">0</strong></span>`;
}

/** Names the selections of this person in this Business Center. */
export function storeOf({ userId, bcId }: ConsoleContext): string {
  return `selection:${JSON.stringify([userId, bcId])}`;
}

/** What names a row, with its box to tick. */
export function tick(locale: Locale, box: { field: string; id: string; label: string }, body: Html): Html {
  return html`<span class="tickable"
    ><input type="checkbox" name="${box.field}" value="${box.id}" aria-label="${locale.words.selection.select}${locale.words.common.colon}${box.label}" data-tick autocomplete="off" />
    <span>${body}</span></span
  >`;
}
