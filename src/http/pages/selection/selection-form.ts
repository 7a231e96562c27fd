import { html } from 'hono/html';
import type { Selection } from '../../../domain/assignments/read-selection.ts';
import type { FieldError } from '../../../domain/errors.ts';
import type { Scope } from '../../../domain/vocabulary.ts';
import { complaintOf, errorSummary, formFields } from '../../ui/fields.ts';
import type { Html } from '../../ui/html.ts';
import { notice } from '../../ui/notice.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { userInLine } from '../../ui/user-names.ts';
import { routes } from '../../routes.ts';
import type { ConsoleContext } from '../console/console-context.ts';
import { accountLines, heading, scopeBoxes } from '../console/parts.ts';
import { storeOf } from './selectable.ts';

/** What was chosen, and what is wrong with it. */
export interface Chosen {
  selection: Selection;
  scopes: readonly Scope[];
  from: string;
  /** Lines that name nobody yet. */
  typed: { members: string; accounts: string };
  /** How many of those that were chosen are there no more. */
  gone: number;
  errors: readonly FieldError[];
}

/** Rows that can be unticked one by one; the others are sent along. */
const SHOWN = 50;

/** Who gets what, at which level: all that was chosen, and a place to write more of it. */
export function selectionForm(context: ConsoleContext, chosen: Chosen): Html {
  const { locale, bcId } = context;
  const { selection: words, console: console_ } = locale.words;
  const { selection, scopes, typed, gone } = chosen;
  const offered = [...new Set(selection.accounts.flatMap((it) => it.scopes))];
  const only = offered.length === 1 ? offered : scopes;
  return html`${heading(words.title, { lead: words.lead })} ${errorSummary(locale, chosen)}
    ${gone === 0 ? '' : notice(locale, 'warning', words.left(gone, locale.formats.number(gone)))}
    <form method="post" action="${routes.console.assign(bcId)}" class="stack"${isEmpty(chosen) ? html` data-resume="${storeOf(context)}"` : ''}>
      ${formFields(context.signedIn)} <input type="hidden" name="from" value="${chosen.from}" />
      <fieldset id="levels">
        <legend>${console_.assign.levelsTitle}</legend>
        <p class="hint">${words.levelsHint}</p>
        ${complaint(chosen, 'levels')}
        ${scopeBoxes(locale, { offered: offered.length === 0 ? ['POST', 'LIVE'] : offered, ticked: only })}
      </fieldset>
      ${part(context, chosen, {
        field: 'members',
        title: words.membersTitle,
        nothing: words.nobody,
        rows: selection.members.map((id) => ({ id, says: userInLine(context, id) })),
        add: { label: words.addMembers, hint: words.addMembersHint, typed: typed.members },
      })}
      ${part(context, chosen, {
        field: 'accounts',
        title: words.accountsTitle,
        nothing: words.noAccounts,
        rows: selection.accounts.map((it) => ({
          id: it.tiktok_account_id,
          says: html`${accountLines(locale, it)} ${scopeBadges(locale, it.scopes)}`,
        })),
        add: { label: words.addAccounts, hint: words.addAccountsHint, typed: typed.accounts },
      })}
      <div class="bar"><p class="actions">
        <a class="button secondary" href="${routes.console.members(bcId)}">${locale.words.common.cancel}</a>
        <button name="intent" value="assign">${words.submit}</button>
        <button name="intent" value="unassign" class="danger-quiet">${words.unassignAll}</button>
      </p></div>
    </form>`;
}

function isEmpty({ selection }: Chosen): boolean {
  return selection.members.length + selection.accounts.length === 0;
}

interface Part {
  field: 'members' | 'accounts';
  title: string;
  nothing: string;
  rows: readonly { id: string; says: Html }[];
  add: { label: string; hint: string; typed: string };
}

function part({ locale }: ConsoleContext, chosen: Chosen, { field, title, nothing, rows, add }: Part): Html {
  const { selection: words } = locale.words;
  const number = (value: number): string => locale.formats.number(value);
  const rest = rows.slice(SHOWN);
  const isOpen = rows.length === 0 || add.typed !== '';
  return html`<fieldset id="${field}">
    <legend>${title} <span class="hint">${number(rows.length)}</span></legend>
    ${complaint(chosen, field)}
    ${rows.length === 0 ? html`<p class="hint">${nothing}</p>` : ''}
    <ul class="ticks compact">
      ${rows
        .slice(0, SHOWN)
        .map(
          ({ id, says }) =>
            html`<li><label class="choice"><input type="checkbox" name="${field}" value="${id}" checked /> <span class="grow">${says}</span></label></li>`,
        )}
    </ul>
    ${rest.map(({ id }) => html`<input type="hidden" name="${field}" value="${id}" />`)}
    ${rest.length === 0 ? '' : html`<p class="hint">${words.more(rest.length, number(rest.length))}</p>`}
    <details${isOpen ? html` open` : ''}>
      <summary>${add.label}</summary>
      <div class="field">
        <label class="hint" for="more-${field}">${add.hint}</label>
        <textarea id="more-${field}" name="more_${field}" rows="4" dir="auto" autocomplete="off">${add.typed}</textarea>
      </div>
    </details>
  </fieldset>`;
}

function complaint(chosen: Chosen, name: string): Html {
  const said = complaintOf(chosen, name);
  return said === null ? html`` : html`<p class="complaint">${said}</p>`;
}
