import { html } from 'hono/html';
import type { AccountDetails } from '../../domain/account-grants/get-account.ts';
import type { Assignee } from '../../domain/assignments/find-assignees.ts';
import type { FieldError } from '../../domain/errors.ts';
import type { FindQuery } from '../../domain/find-text.ts';
import type { Page } from '../../domain/page.ts';
import type { Scope } from '../../domain/vocabulary.ts';
import type { SignedIn } from '../env.ts';
import { complaintOf, csrf, errorSummary } from '../ui/fields.ts';
import type { Html } from '../ui/html.ts';
import { shownName } from '../ui/name.ts';
import { scopeBadges } from '../ui/scopes.ts';
import { urls } from '../ui/urls.ts';
import type { Shell } from './enter.ts';
import { accountName, heading, scopeBoxes, userName } from './parts.ts';

export interface AssignForm {
  account: AccountDetails;
  page: Page<Assignee>;
  find: FindQuery;
  ticked: readonly string[];
  scopes: readonly Scope[];
  errors: readonly FieldError[];
  signedIn: SignedIn;
}

/**
 * One form for search, ticks and levels, so that nothing that was ticked is lost by searching, with or without script.
 * The first button is the search: it is what the Enter key in the search box presses.
 */
export function assignForm(shell: Shell, form: AssignForm): Html {
  const { reader, bcId } = shell;
  const words = reader.words.console.assign;
  const { account, errors, find, page } = form;
  return html`${heading(words.title, { lead: html`${shownName(accountName(account))}. ${words.lead}` })}
    ${errorSummary(reader, { errors })}
    <form method="post" action="${urls.tiktokAccount.assign(bcId, account.tiktok_account_id)}" class="stack">
      ${csrf(form.signedIn)}
      <div class="search">
        <label class="visually-hidden" for="q">${words.searchLabel}</label>
        <input id="q" type="search" name="q" value="${find.text ?? ''}" placeholder="${words.searchLabel}" maxlength="256" dir="auto" />
        <button class="secondary" name="intent" value="search">${reader.words.console.search}</button>
      </div>
      <fieldset id="members">
        <legend>${words.membersTitle}</legend>
        ${complaint(form, 'members')} ${tickedElsewhere(shell, form)}
        ${page.items.length === 0 ? html`<p><strong>${words.emptyTitle}.</strong> ${words.emptyBody}</p>` : memberBoxes(shell, form)}
        ${moreMembers(shell, form)}
      </fieldset>
      <fieldset id="levels">
        <legend>${words.levelsTitle}</legend>
        <p class="hint">${words.levelsHint}</p>
        ${complaint(form, 'levels')} ${scopeBoxes(reader, { offered: account.scopes, ticked: form.scopes })}
      </fieldset>
      <p class="actions">
        <button name="intent" value="assign">${words.submit}</button>
        <a class="button secondary" href="${urls.tiktokAccount.show(bcId, account.tiktok_account_id)}">${reader.words.common.cancel}</a>
      </p>
    </form>`;
}

function complaint(form: AssignForm, name: string): Html {
  const said = complaintOf(form, name);
  return said === null ? html`` : html`<p class="complaint">${said}</p>`;
}

function memberBoxes({ reader, userId }: Shell, { page, ticked }: AssignForm): Html {
  const { assign: words, roles } = reader.words.console;
  return html`<ul class="ticks">
    ${page.items.map(
      (member) =>
        html`<li>
          <label class="choice">
            <input type="checkbox" name="members" value="${member.user_id}"${ticked.includes(member.user_id) ? html` checked` : ''} />
            <span class="grow">${userName(reader, member.user_id, userId)} <span class="sub">${roles[member.user_role]}</span></span>
            <span class="has">${
              member.scopes.length === 0
                ? html`<span class="hint">${words.hasNothing}</span>`
                : html`<span class="hint">${words.hasNow}</span> ${scopeBadges(reader, member.scopes)}`
            }</span>
          </label>
        </li>`,
    )}
  </ul>`;
}

/** What was ticked before and is not in this part of the list stays ticked, and can be seen. */
function tickedElsewhere({ reader }: Shell, { page, ticked }: AssignForm): Html {
  const words = reader.words.console.assign;
  const here = new Set(page.items.map(({ user_id }) => user_id));
  const elsewhere = ticked.filter((id) => !here.has(id));
  if (elsewhere.length === 0) return html``;
  return html`<div class="ticked">
    <p class="hint">${words.tickedElsewhere}</p>
    <ul class="ticks">
      ${elsewhere.map(
        (id) =>
          html`<li><label class="choice"><input type="checkbox" name="members" value="${id}" checked /> <span>${shownName(id)}</span></label></li>`,
      )}
    </ul>
  </div>`;
}

function moreMembers({ reader }: Shell, { find, page }: AssignForm): Html {
  const words = reader.words.console.assign;
  if (find.cursor === undefined && page.next_cursor === null) return html``;
  return html`<p class="pager">
    ${find.cursor === undefined ? '' : html`<button class="secondary" name="intent" value="search">${words.firstMembers}</button>`}
    ${page.next_cursor === null ? '' : html`<button class="secondary" name="intent" value="next:${page.next_cursor}">${words.nextMembers}</button>`}
  </p>`;
}
