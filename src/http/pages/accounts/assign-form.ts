import { html } from 'hono/html';
import type { AccountDetails } from '../../../domain/account-grants/get-account.ts';
import type { Assignee } from '../../../domain/assignments/find-assignees.ts';
import type { FieldError } from '../../../domain/errors.ts';
import type { FindQuery } from '../../../domain/find-text.ts';
import type { Page } from '../../../domain/page.ts';
import type { Scope } from '../../../domain/vocabulary.ts';
import type { SignedIn } from '../../env.ts';
import { complaintOf, errorSummary, formFields } from '../../ui/fields.ts';
import type { Html } from '../../ui/html.ts';
import { shownName } from '../../ui/name.ts';
import type { Locale } from '../../ui/locale.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { routes } from '../../routes.ts';
import type { ConsoleContext } from '../console/console-context.ts';
import { accountName, heading, scopeBoxes } from '../console/parts.ts';
import { userInLine, userName } from '../../ui/user-names.ts';

export interface AssignForm {
  account: AccountDetails;
  page: Page<Assignee>;
  find: FindQuery;
  ticked: readonly string[];
  /** What those who are ticked have now; whoever is no member any more is missing. */
  tickedNow: readonly Assignee[];
  scopes: readonly Scope[];
  errors: readonly FieldError[];
  signedIn: SignedIn;
}

/**
 * One form for search, ticks and levels, so that nothing that was ticked is lost by searching, with or without script, and
 * nothing of it stands in an address. The first button is the search: it is what the Enter key in the search box presses.
 */
export function assignForm(context: ConsoleContext, form: AssignForm): Html {
  const { locale, bcId } = context;
  const words = locale.words.console.assign;
  const { account, errors, find, page } = form;
  return html`${heading(words.title, { lead: html`${shownName(accountName(account))} · ${words.lead}` })}
    ${errorSummary(locale, { errors })}
    <form method="post" action="${routes.tiktokAccount.assign(bcId, account.tiktok_account_id)}" class="stack" data-keep>
      ${formFields(form.signedIn)}
      <div class="search">
        <label class="visually-hidden" for="q">${words.searchLabel}</label>
        <input id="q" type="search" name="q" value="${find.text ?? ''}" placeholder="${words.searchLabel}" maxlength="256" dir="auto" />
        ${searchButton(locale.words.console.search)}
      </div>
      <fieldset id="levels">
        <legend>${words.levelsTitle}</legend>
        <p class="hint">${words.levelsHint} ${words.replaces}</p>
        ${complaint(form, 'levels')} ${scopeBoxes(locale, { offered: account.scopes, ticked: form.scopes })}
      </fieldset>
      <fieldset id="members">
        <legend>${words.membersTitle}</legend>
        ${complaint(form, 'members')} ${tickedElsewhere(context, form)}
        ${page.items.length === 0 ? html`<p><strong>${words.emptyTitle}.</strong> ${words.emptyBody}</p>` : memberBoxes(context, form)}
        ${moreMembers(context, form)}
      </fieldset>
      <div class="bar">
      <p class="actions">
        <a class="button secondary" href="${routes.tiktokAccount.show(bcId, account.tiktok_account_id)}">${locale.words.common.cancel}</a>
        <button>${words.submit}</button>
      </p>
      </div>
    </form>`;
}

function complaint(form: AssignForm, name: string): Html {
  const said = complaintOf(form, name);
  return said === null ? html`` : html`<p class="complaint">${said}</p>`;
}

function searchButton(label: string): Html {
  return html`<button class="secondary" name="intent" value="search">${label}</button>`;
}

function memberBoxes(context: ConsoleContext, { page, ticked }: AssignForm): Html {
  const { locale } = context;
  const { roles } = locale.words.console;
  return html`<ul class="ticks">
    ${page.items.map(
      (member) =>
        html`<li>
          <label class="choice">
            <input type="checkbox" name="members" value="${member.user_id}"${ticked.includes(member.user_id) ? html` checked` : ''} />
            <span class="grow">${userName(context, member.user_id)} <span class="sub">${roles[member.user_role]}</span></span>
            ${hasNow(locale, member.scopes)}
          </label>
        </li>`,
    )}
  </ul>`;
}

function hasNow(locale: Locale, scopes: readonly Scope[]): Html {
  const words = locale.words.console.assign;
  return html`<span class="has">${
    scopes.length === 0
      ? html`<span class="hint">${words.hasNothing}</span>`
      : html`<span class="hint">${words.hasNow}</span> ${scopeBadges(locale, scopes)}`
  }</span>`;
}

/** What was ticked before and is not in this part of the list stays ticked, and can be seen. */
function tickedElsewhere(context: ConsoleContext, { page, ticked, tickedNow }: AssignForm): Html {
  const { locale } = context;
  const words = locale.words.console.assign;
  const here = new Set(page.items.map(({ user_id }) => user_id));
  const elsewhere = ticked.filter((id) => !here.has(id));
  const now = new Map(tickedNow.map(({ user_id, scopes }) => [user_id, scopes]));
  if (elsewhere.length === 0) return html``;
  return html`<div class="ticked">
    <p class="hint">${words.tickedElsewhere}</p>
    <ul class="ticks">
      ${elsewhere.map(
        (id) =>
          html`<li><label class="choice"><input type="checkbox" name="members" value="${id}" checked /> <span class="grow">${userInLine(context, id)}</span> ${hasNow(locale, now.get(id) ?? [])}</label></li>`,
      )}
    </ul>
  </div>`;
}

function moreMembers({ locale }: ConsoleContext, { find, page }: AssignForm): Html {
  const words = locale.words.console.assign;
  if (find.cursor === undefined && page.next_cursor === null) return html``;
  return html`<p class="pager">
    ${find.cursor === undefined ? '' : searchButton(words.firstMembers)}
    ${page.next_cursor === null ? '' : html`<button class="secondary" name="intent" value="next:${page.next_cursor}">${words.nextMembers}</button>`}
  </p>`;
}
