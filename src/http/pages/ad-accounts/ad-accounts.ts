import { Hono } from 'hono';
import { html } from 'hono/html';
import { findAdAccounts, type AdAccountRow } from '../../../domain/ad-accounts/find-ad-accounts.ts';
import { findOwnAdAccounts, type OwnAdAccount } from '../../../domain/ad-accounts/find-own-ad-accounts.ts';
import type { PageEnv } from '../../env.ts';
import { emptyState } from '../../ui/empty-state.ts';
import { notice } from '../../ui/notice.ts';
import { table, type Column } from '../../ui/table.ts';
import { routes, withQuery } from '../../routes.ts';
import { loadConsole, listOf, show, type ConsoleContext } from '../console/console-context.ts';
import { listPager } from '../console/list-pager.ts';
import { adAccountLines } from '../accounts/may-section.ts';
import { heading, searchForm } from '../console/parts.ts';
import { tabs } from '../requests/requests.ts';

/** The ad accounts of the Business Center for its administrators, and for everybody those in which they have a role. */
export const adAccounts = new Hono<PageEnv>().get(routes.console.adAccounts.pattern, async (c) => {
  const context = await loadConsole(c);
  const { locale, bcId, ctx, may } = context;
  const { adAccountsPage: words, searchEmpty, searchEmptyBody } = locale.words.console;
  const all = may.viewAdAccounts && c.req.query('show') !== 'own';
  const { find, at } = listOf(c);
  const path = routes.console.adAccounts(bcId);
  const { shown, ...page } = all
    ? await ofCenter(context, await findAdAccounts(ctx, bcId, find))
    : await ofPerson(context, await findOwnAdAccounts(ctx, bcId, find));
  const keep: Record<string, string> = may.viewAdAccounts && !all ? { show: 'own' } : {};
  const nothing =
    find.text === null
      ? { title: words.emptyTitle, body: words.emptyBody }
      : { title: searchEmpty(find.text), body: searchEmptyBody };
  const body = html`${heading(words.title, { lead: all ? words.leadAdministrator : words.leadMember })}
    ${notice(locale, 'info', words.elsewhere)}
    ${
      may.viewAdAccounts
        ? tabs(words.which, [
            { label: words.all, href: path, current: all },
            { label: words.own, href: withQuery(path, { show: 'own' }), current: !all },
          ])
        : ''
    }
    ${searchForm(locale, { path, label: words.searchLabel, text: find.text, keep })}
    ${page.rows === 0 ? emptyState(nothing) : shown}
    ${listPager(locale, { ...page, path, query: { q: find.text ?? undefined, ...keep }, at, limit: find.limit })}`;
  return show(c, context, 'adAccounts', { title: words.title, body });
});

interface Listed {
  shown: ReturnType<typeof table>;
  rows: number;
  next: string | null;
  total?: number;
}

async function ofCenter(
  { locale, bcId }: ConsoleContext,
  { items, next_cursor: next, total }: Awaited<ReturnType<typeof findAdAccounts>>,
): Promise<Listed> {
  const { adAccountsPage: words, advertiserRoles } = locale.words.console;
  const columns: Column<AdAccountRow>[] = [
    {
      label: words.name,
      main: true,
      cell: (row) => adAccountLines(row, routes.console.adAccount(bcId, row.advertiser_id)),
    },
    { label: words.yourRole, cell: (row) => (row.own_role === null ? words.noRole : advertiserRoles[row.own_role]) },
    { label: words.users, numeric: true, cell: (row) => locale.formats.number(row.users) },
  ];
  return { shown: table(words.title, columns, items), rows: items.length, next, total };
}

async function ofPerson(
  { locale }: ConsoleContext,
  { items, next_cursor: next }: Awaited<ReturnType<typeof findOwnAdAccounts>>,
): Promise<Listed> {
  const { adAccountsPage: words, advertiserRoles } = locale.words.console;
  const columns: Column<OwnAdAccount>[] = [
    { label: words.name, main: true, cell: (row) => adAccountLines(row) },
    { label: words.yourRole, cell: (row) => advertiserRoles[row.advertiser_role] },
    { label: words.place, cell: (row) => (row.of_this_center ? words.here : words.otherPlace) },
  ];
  return { shown: table(words.title, columns, items), rows: items.length, next };
}
