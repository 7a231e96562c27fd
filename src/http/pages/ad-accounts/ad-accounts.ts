import { Hono } from 'hono';
import { html } from 'hono/html';
import {
  AD_ACCOUNT_FILTERS,
  AD_ACCOUNT_SORTS,
  findAdAccounts,
  type AdAccountRow,
} from '../../../domain/ad-accounts/find-ad-accounts.ts';
import type { OwnAdAccount } from '../../../domain/ad-accounts/find-own-ad-accounts.ts';
import {
  listOwnAdAccounts,
  OWN_AD_ACCOUNT_FILTERS,
  OWN_AD_ACCOUNT_SORTS,
} from '../../../domain/ad-accounts/list-own-ad-accounts.ts';
import type { Listed, ListQuery } from '../../../domain/list-query.ts';
import type { PageEnv } from '../../env.ts';
import { emptyState } from '../../ui/empty-state.ts';
import type { Html } from '../../ui/html.ts';
import { notice } from '../../ui/notice.ts';
import { table, type Column } from '../../ui/table.ts';
import { routes, withQuery } from '../../routes.ts';
import { loadConsole, show, type ConsoleContext } from '../console/console-context.ts';
import { listControls, listQueryOf, numberedPager, type Choices } from '../console/numbered-list.ts';
import { adAccountLines } from '../accounts/may-section.ts';
import { leftOutNotice, viewOf } from '../console/left-out.ts';
import { heading } from '../console/parts.ts';
import { tabs } from '../requests/requests.ts';

const OF_CENTER = { filters: AD_ACCOUNT_FILTERS, sorts: AD_ACCOUNT_SORTS } as const;
const OF_PERSON = { filters: OWN_AD_ACCOUNT_FILTERS, sorts: OWN_AD_ACCOUNT_SORTS } as const;

/** The ad accounts of the Business Center for its administrators, and for everybody those in which they have a role. */
export const adAccounts = new Hono<PageEnv>().get(routes.console.adAccounts.pattern, async (c) => {
  const context = await loadConsole(c);
  const { locale, bcId, ctx, may } = context;
  const { adAccountsPage: words } = locale.words.console;
  const { view, leftOut } = viewOf(c, may.viewAdAccounts ? ['all', 'own'] : ['own']);
  const isAll = view === 'all';
  const path = routes.console.adAccounts(bcId);
  const list = async (): Promise<Html> => {
    if (isAll) {
      const find = listQueryOf(c, OF_CENTER);
      const found = await findAdAccounts(ctx, bcId, find);
      return listed(context, { find, found, choices: OF_CENTER, columns: columnsOfCenter(context), keep: {} });
    }
    const find = listQueryOf(c, OF_PERSON);
    const found = await listOwnAdAccounts(ctx, bcId, find);
    const keep: Record<string, string> = may.viewAdAccounts ? { show: 'own' } : {};
    return listed(context, { find, found, choices: OF_PERSON, columns: columnsOfPerson(context), keep });
  };
  const body = html`${heading(words.title, { lead: isAll ? words.leadAdministrator : words.leadMember })}
    ${
      may.viewAdAccounts
        ? html`${notice(locale, 'info', words.elsewhere)} ${tabs(words.which, [
            { label: words.all, href: path, current: isAll },
            { label: words.own, href: withQuery(path, { show: 'own' }), current: !isAll },
          ])}`
        : ''
    }
    ${leftOutNotice(locale, leftOut)} ${await list()}`;
  return show(c, context, 'adAccounts', { title: words.title, body });
});

type Filter = (typeof AD_ACCOUNT_FILTERS)[number] | (typeof OWN_AD_ACCOUNT_FILTERS)[number];
type Sort = (typeof AD_ACCOUNT_SORTS)[number] | (typeof OWN_AD_ACCOUNT_SORTS)[number];

function listed<F extends Filter, S extends Sort, Row>(
  { locale, bcId }: ConsoleContext,
  {
    find,
    found: { items, total },
    choices,
    columns,
    keep,
  }: {
    find: ListQuery<F, S>;
    found: Listed<Row>;
    choices: Choices<F, S>;
    columns: Column<Row>[];
    keep: Readonly<Record<string, string>>;
  },
): Html {
  const { adAccountsPage: words, searchEmpty, searchEmptyBody, list } = locale.words.console;
  const sought = find.text ?? (find.filter === null ? null : list.filters[find.filter]);
  const nothing =
    sought === null
      ? { title: words.emptyTitle, body: words.emptyBody }
      : { title: searchEmpty(sought), body: searchEmptyBody };
  const shown = { path: routes.console.adAccounts(bcId), find, choices, words: list, keep };
  return html`${listControls(locale, { ...shown, label: words.searchLabel })}
    ${items.length === 0 ? emptyState(nothing) : table(words.title, columns, items)}
    ${numberedPager(locale, { ...shown, total, rows: items.length })}`;
}

function columnsOfCenter({ locale, bcId }: ConsoleContext): Column<AdAccountRow>[] {
  const { adAccountsPage: words, advertiserRoles } = locale.words.console;
  return [
    {
      label: words.name,
      main: true,
      cell: (row) => adAccountLines(row, routes.console.adAccount(bcId, row.advertiser_id)),
    },
    { label: words.yourRole, cell: (row) => (row.own_role === null ? words.noRole : advertiserRoles[row.own_role]) },
    { label: words.users, numeric: true, cell: (row) => locale.formats.number(row.users) },
  ];
}

function columnsOfPerson({ locale }: ConsoleContext): Column<OwnAdAccount>[] {
  const { adAccountsPage: words, advertiserRoles } = locale.words.console;
  return [
    { label: words.name, main: true, cell: (row) => adAccountLines(row) },
    { label: words.yourRole, cell: (row) => advertiserRoles[row.advertiser_role] },
    { label: words.place, cell: (row) => (row.of_this_center ? words.here : words.otherPlace) },
  ];
}
