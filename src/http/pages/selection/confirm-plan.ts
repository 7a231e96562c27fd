import type { Context } from 'hono';
import { html } from 'hono/html';
import type { ChosenAccount } from '../../../domain/assignments/read-selection.ts';
import type { PageEnv } from '../../env.ts';
import { formFields } from '../../ui/fields.ts';
import type { Html } from '../../ui/html.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { table } from '../../ui/table.ts';
import { userInLine, userName } from '../../ui/user-names.ts';
import { routes } from '../../routes.ts';
import { ROWS, show, type ConsoleContext } from '../console/console-context.ts';
import { accountLines, heading } from '../console/parts.ts';
import { planMark, type Loss, type Plan } from './plan.ts';
import type { Chosen } from './selection-form.ts';

export type Intent = 'assign' | 'unassign';

/** Shows who gets what, what a choice takes away, and what of it cannot be given, before it is done. */
export async function confirmPlan(
  c: Context<PageEnv>,
  context: ConsoleContext,
  { chosen, plan, intent }: { chosen: Chosen; plan: Plan; intent: Intent },
): Promise<Response> {
  const { locale, bcId } = context;
  const { selection: words } = locale.words;
  const [title, yes, no] =
    intent === 'assign'
      ? [words.confirmTitle, words.yes, words.no]
      : [words.unassignTitle, words.yesUnassign, words.noUnassign];
  const { members, accounts } = chosen.selection;
  const fields: [string, readonly string[]][] = [
    ['members', members],
    ['accounts', accounts.map((it) => it.tiktok_account_id)],
    ['scopes', chosen.scopes],
  ];
  const body = html`${heading(title, { lead: intent === 'assign' ? sum(context, chosen, plan) : words.unassignBody })}
    ${losses(context, chosen, { plan, intent })} ${intent === 'assign' ? receivers(context, members) : ''}
    ${accountsPart(context, words.given, wholly(plan))} ${accountsPart(context, words.narrowed, plan.narrowed)} ${accountsPart(context, words.leftOut, plan.leftOut)}
    <form method="post" action="${routes.console.assign(bcId)}" class="actions">
      ${formFields(context.signedIn)}
      <input type="hidden" name="from" value="${chosen.from}" />
      <input type="hidden" name="confirmed" value="${planMark(plan)}" />
      ${fields.map(([name, values]) => values.map((value) => html`<input type="hidden" name="${name}" value="${value}" />`))}
      <button class="secondary" name="intent" value="">${no}</button>
      <button class="${plan.losing.length > 0 ? 'danger' : ''}" name="intent" value="${intent}">${yes}</button>
    </form>`;
  return show(c, context, 'members', { title, body });
}

/** How many get how much; that something is replaced is said only where it is. */
function sum({ locale }: ConsoleContext, { selection }: Chosen, { changes, given, replacing }: Plan): Html {
  const { selection: words } = locale.words;
  const said = (say: (count: number, written: string) => string, count: number): string =>
    say(count, locale.formats.number(count));
  const members = said(words.sumMembers, selection.members.length);
  const accounts = said(words.sumAccounts, given.length);
  return html`<strong>${members} × ${accounts} = ${said(words.sumAssignments, changes.length)}</strong>${replacing === 0 ? '' : html`<br />${words.replacing(replacing, locale.formats.number(replacing))}`}`;
}

/** Accounts that are given as far as was chosen. */
function wholly({ given, narrowed }: Plan): ChosenAccount[] {
  const partly = new Set(narrowed.map((it) => it.tiktok_account_id));
  return given.filter((it) => !partly.has(it.tiktok_account_id));
}

function receivers(context: ConsoleContext, members: readonly string[]): Html {
  const { locale } = context;
  const { selection: words } = locale.words;
  const more = members.length - ROWS;
  return html`<section class="card">
    <h2>${words.membersTitle}</h2>
    <ul class="plain-list">
      ${members.slice(0, ROWS).map((id) => html`<li>${userInLine(context, id)}</li>`)}
      ${more > 0 ? html`<li class="hint">${words.more(more, locale.formats.number(more))}</li>` : ''}
    </ul>
  </section>`;
}

function losses(
  context: ConsoleContext,
  { selection }: Chosen,
  { plan, intent }: { plan: Plan; intent: Intent },
): Html {
  const { locale } = context;
  const { selection: words, console: console_ } = locale.words;
  const { losing } = plan;
  if (losing.length === 0) return html``;
  const number = (value: number): string => locale.formats.number(value);
  const said = (intent === 'assign' ? words.losing : words.ending)(losing.length, number(losing.length));
  const accounts = new Map(selection.accounts.map((it) => [it.tiktok_account_id, it]));
  const more = losing.length - ROWS;
  const rows = table(
    said,
    [
      { label: console_.account.member, main: true, cell: (row) => userName(context, row.user_id) },
      {
        label: console_.account.back,
        cell: ({ tiktok_account_id: id }) =>
          accountLines(locale, accounts.get(id) ?? { tiktok_account_id: id, handle: null, display_name: null }),
      },
      ...(intent === 'assign'
        ? [{ label: console_.assign.hasNow, cell: (row: Loss) => scopeBadges(locale, row.scopes) }]
        : []),
      { label: console_.revoke.loses, cell: (row) => scopeBadges(locale, row.loses) },
    ],
    losing.slice(0, ROWS),
  );
  return html`<h2>${said}</h2>${rows}${more > 0 ? html`<p class="hint">${words.more(more, number(more))}</p>` : ''}`;
}

function accountsPart({ locale }: ConsoleContext, title: string, accounts: readonly ChosenAccount[]): Html {
  const { selection: words } = locale.words;
  if (accounts.length === 0) return html``;
  const more = accounts.length - ROWS;
  return html`<section class="card">
    <h2>${title}</h2>
    <ul class="plain-list">
      ${accounts.slice(0, ROWS).map((it) => html`<li>${accountLines(locale, it)} ${scopeBadges(locale, it.scopes)}</li>`)}
      ${more > 0 ? html`<li class="hint">${words.more(more, locale.formats.number(more))}</li>` : ''}
    </ul>
  </section>`;
}
