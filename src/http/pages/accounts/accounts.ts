import { Hono } from 'hono';
import { html } from 'hono/html';
import {
  ACCOUNT_FILTERS,
  ACCOUNT_SORTS,
  findAccounts,
  type AccountQuery,
  type AccountRow,
} from '../../../domain/account-grants/find-accounts.ts';
import { findRequests, requestsMark } from '../../../domain/access-requests/find-requests.ts';
import { listOwnRoles } from '../../../domain/ad-accounts/list-own-roles.ts';
import type { PageEnv } from '../../env.ts';
import { emptyState } from '../../ui/empty-state.ts';
import type { Html } from '../../ui/html.ts';
import { notice } from '../../ui/notice.ts';
import { live } from '../../ui/polling.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { table, type Column } from '../../ui/table.ts';
import { day } from '../../ui/time.ts';
import { routes } from '../../routes.ts';
import { loadConsole, show, type ConsoleContext } from '../console/console-context.ts';
import { sinceLastVisit } from '../console/since-last-visit.ts';
import { listControls, listQueryOf, numberedPager, type Choices } from '../console/numbered-list.ts';
import { counted, isUsable, maySparkByRole } from './may-i.ts';
import { accountLines, accountName, heading, ownerOf } from '../console/parts.ts';
import { selectable, tick } from '../selection/selectable.ts';
import { flashNotice } from '../console/flash-notice.ts';

type AccountChoices = Choices<AccountQuery['filter'] & string, AccountQuery['sort']>;
const ALL: AccountChoices = { filters: ACCOUNT_FILTERS, sorts: ACCOUNT_SORTS };
/** For who does not see how many members hold an account: an order would tell it. */
const OWN: AccountChoices = {
  filters: ACCOUNT_FILTERS.filter((it) => it !== 'UNASSIGNED'),
  sorts: ['name', 'since'],
};

/** The TikTok accounts of a Business Center that the person may view. */
export const accounts = new Hono<PageEnv>().get(routes.console.tiktokAccounts.pattern, async (c) => {
  const context = await loadConsole(c);
  const { locale, bcId, ctx, may } = context;
  const words = locale.words.console.accounts;
  const choices = may.viewMembers ? ALL : OWN;
  const find = listQueryOf(c, choices);
  const { items, total } = await findAccounts(ctx, bcId, find, may.viewMembers ? null : context.userId);
  const path = routes.console.tiktokAccounts(bcId);
  const request = html`<a class="button" href="${routes.console.requestAccess(bcId)}">${words.requestAccess}</a>`;
  const untouched = find.text === null && find.filter === null;
  const shown = { path, find, choices, words: locale.words.console.list };
  const answers = await mayColumn(c.get('services'), context, items);
  const sought = untouched ? null : (find.text ?? locale.words.console.list.filters[find.filter ?? 'POST']);
  const rows =
    items.length === 0 ? empty(context, sought, request) : table(words.title, columns(context, answers), items);
  const { selection } = locale.words;
  const actions = html`<button>${selection.assign}</button>
    <a class="button secondary" href="${routes.console.members(bcId)}">${selection.pickMembers}</a>`;
  const body = html`${flashNotice(context)}
    ${heading(words.title, {
      lead: may.request ? words.leadAdministrator : words.leadMember,
      action: may.request ? request : undefined,
    })}
    ${await sinceLastVisit(c, context)} ${may.viewRequests ? await pendingNotice(context) : ''}
    ${items.length === 0 && untouched ? '' : listControls(locale, { ...shown, label: words.searchLabel })}
    ${may.viewMembers ? selectable(context, { from: 'accounts', field: 'accounts', other: { list: 'members' }, actions, rows }) : rows}
    ${items.length === 0 && untouched ? '' : numberedPager(locale, { ...shown, total, rows: items.length })}`;
  return show(c, context, 'tiktokAccounts', {
    title: words.title,
    body,
    scripts: may.viewMembers ? ['selection.js'] : [],
  });
});

function columns(context: ConsoleContext, answers: Map<string, Html>): Column<AccountRow>[] {
  const { locale, bcId } = context;
  const { accounts: words } = locale.words.console;
  const users = ({ members }: AccountRow): string => (members === null ? '' : locale.formats.number(members));
  return [
    {
      label: words.account,
      main: true,
      cell: (row) => {
        const { tiktok_account_id: id } = row;
        const lines = accountLines(
          locale,
          { ...row, handle: row.display_name === null ? row.handle : null },
          routes.tiktokAccount.show(bcId, id),
        );
        const box = { field: 'accounts', id, label: accountName(row) };
        return context.may.viewMembers ? tick(locale, box, lines) : lines;
      },
    },
    { label: words.owner, cell: (row) => ownerOf(locale, row.handle) },
    {
      label: context.may.viewMembers ? words.scopes : locale.words.console.account.level,
      cell: (row) => scopeBadges(locale, row.own_scopes ?? row.scopes),
    },
    { label: words.since, cell: (row) => day(locale, row.granted_at) },
    ...(context.may.viewMembers ? [{ label: words.members, cell: users, numeric: true }] : []),
    { label: words.mayI, cell: (row) => answers.get(row.tiktok_account_id) ?? '' },
  ];
}

/** A short answer for each account, over all ad accounts of the person. */
async function mayColumn(
  { decider }: PageEnv['Variables']['services'],
  { ctx, bcId, userId, locale }: ConsoleContext,
  rows: readonly AccountRow[],
): Promise<Map<string, Html>> {
  const { may } = locale.words.console;
  const roles = await listOwnRoles(ctx, bcId);
  const answer = async (row: AccountRow): Promise<Html> => {
    const asking = { decider, userId, bcId, tiktokAccountId: row.tiktok_account_id };
    const answers = await maySparkByRole(asking, roles);
    const { yes, of } = counted(answers, (it) => isUsable(it.post) || isUsable(it.live));
    const stopped = answers.some(({ post }) => post.but.length > 0);
    const href = `${routes.tiktokAccount.show(bcId, row.tiktok_account_id)}#may-i`;
    if (yes === 0 && stopped)
      return html`<span class="answer but">${may.but}</span> <a class="sub" href="${href}">${may.butSwitch}</a>`;
    if (yes === 0) return html`<span class="answer no">${may.no}</span> <a class="sub" href="${href}">${may.why}</a>`;
    const where = yes === of ? may.inAll : may.inSome(locale.formats.number(yes), locale.formats.number(of));
    return html`<span class="answer yes">${may.yes}</span> <span class="sub">${where}</span>`;
  };
  const answers = await Promise.all(rows.map(async (row) => [row.tiktok_account_id, await answer(row)] as const));
  return new Map(answers);
}

async function pendingNotice({ ctx, bcId, locale }: ConsoleContext): Promise<Html> {
  const words = locale.words.console.accounts;
  const pending = { text: null, filter: 'PENDING', sort: 'since', page: 1, limit: 0 } as const;
  const [{ total }, mark] = await Promise.all([findRequests(ctx, bcId, pending), requestsMark(ctx, bcId)]);
  const follow = live(locale, routes.console.accessRequestsState(bcId), mark);
  if (total === 0) return follow;
  const text = words.pendingNotice(total, locale.formats.number(total));
  const more = html`<a href="${routes.console.accessRequests(bcId)}">${words.showPending}</a>`;
  return html`${follow} ${notice(locale, 'info', html`${text} ${more}`)}`;
}

function empty({ locale, may }: ConsoleContext, text: string | null, request: Html): Html {
  const words = locale.words.console;
  if (text !== null) return emptyState({ title: words.searchEmpty(text), body: words.searchEmptyBody });
  return may.request
    ? emptyState({
        title: words.accounts.emptyAdministratorTitle,
        body: words.accounts.emptyAdministratorBody,
        action: request,
      })
    : emptyState({ title: words.accounts.emptyMemberTitle, body: words.accounts.emptyMemberBody });
}
