import { html } from 'hono/html';
import { findMemberLinks } from '../../../domain/account-links/find-member-links.ts';
import { findMemberRoles } from '../../../domain/ad-accounts/find-member-roles.ts';
import { findHoldings, type Holding } from '../../../domain/assignments/find-holdings.ts';
import type { FindQuery } from '../../../domain/find-text.ts';
import type { Html } from '../../ui/html.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { table, type Column } from '../../ui/table.ts';
import { day } from '../../ui/time.ts';
import { routes, withQuery } from '../../routes.ts';
import { ROWS_OF_SECTION, type ConsoleContext } from '../console/console-context.ts';
import { listPager, type Position } from '../console/list-pager.ts';
import { accountLines, actorName } from '../console/parts.ts';
import { adAccountLines } from '../accounts/may-section.ts';
import { UNASSIGN_ALL } from './member-steps.ts';

/** Name the lists in the address of a page. */
export const HELD = 'accounts';
export const ROLES = 'roles';

/** Where in a list a page is. */
interface Place {
  find: FindQuery;
  at: Position;
}

/** The TikTok accounts that a member is assigned, each with its level, and the ways to take them. */
export async function heldSection(context: ConsoleContext, userId: string, { find, at }: Place): Promise<Html> {
  const { ctx, locale, bcId } = context;
  const { memberPage: words, member, account, actions } = locale.words.console;
  const found = await findHoldings(ctx, { bcId, userId }, { ...find, text: null, limit: ROWS_OF_SECTION });
  const { items, total, next_cursor: next } = found;
  const path = routes.console.member(bcId, userId);
  const change = (row: Holding): string => routes.tiktokAccount.member(bcId, row.tiktok_account_id, userId);
  const rows = table(
    words.held,
    [
      ...sinceColumns(context, {
        label: account.back,
        main: true,
        cell: (row: Holding) => accountLines(locale, row, routes.tiktokAccount.show(bcId, row.tiktok_account_id)),
      }),
      {
        label: actions,
        cell: (row) =>
          html`<a class="button quiet" href="${withQuery(change(row), { from: 'member' })}">${account.change}<span class="visually-hidden"> ${row.tiktok_account_id}</span></a>
            <a class="button quiet" href="${withQuery(change(row), { step: 'unassign', from: 'member' })}">${member.unassign}<span class="visually-hidden"> ${row.tiktok_account_id}</span></a>`,
      },
    ],
    items,
  );
  const all = html`<a class="button secondary" href="${withQuery(path, { step: UNASSIGN_ALL })}">${words.all}</a>`;
  return html`<section class="card" aria-labelledby="${HELD}">
    <div class="heading">
      <h2 id="${HELD}">${words.held} <span class="hint">${locale.formats.number(total)}</span></h2>
      ${total === 0 ? '' : all}
    </div>
    ${total === 0 ? html`<p>${words.holdsNothing}</p>` : rows}
    ${listPager(locale, { path, query: { list: HELD }, at, next, limit: ROWS_OF_SECTION, rows: items.length, total, name: words.held, anchor: HELD })}
  </section>`;
}

/** The member's roles in ad accounts of the Business Center. */
export async function rolesSection(context: ConsoleContext, userId: string, { find, at }: Place): Promise<Html> {
  const { ctx, locale, bcId } = context;
  const { memberPage: words, membersPage, advertiserRoles, adAccountsPage, account, actions } = locale.words.console;
  const page = { limit: ROWS_OF_SECTION, ...(find.cursor !== undefined && { cursor: find.cursor }) };
  const { items, total, next_cursor: next } = await findMemberRoles(ctx, { bcId, userId }, page);
  const rows = table(
    words.roles,
    [
      {
        label: adAccountsPage.name,
        main: true,
        cell: (row) => adAccountLines(row, routes.console.adAccount(bcId, row.advertiser_id)),
      },
      { label: membersPage.role, cell: (row) => advertiserRoles[row.advertiser_role] },
      { label: locale.words.console.since, cell: (row) => day(locale, row.since) },
      { label: words.by, cell: (row) => actorName(context, row.by) },
      {
        label: actions,
        cell: (row) =>
          html`<a class="button quiet" href="${withQuery(routes.console.adAccountMember(bcId, row.advertiser_id, userId), { from: 'member' })}">${account.change}<span class="visually-hidden"> ${row.name}</span></a>`,
      },
    ],
    items,
  );
  const path = routes.console.member(bcId, userId);
  return html`<section class="card" aria-labelledby="${ROLES}">
    <h2 id="${ROLES}">${words.roles} <span class="hint">${locale.formats.number(total)}</span></h2>
    ${total === 0 ? html`<p>${words.noRoles}</p>` : rows}
    ${listPager(locale, { path, query: { list: ROLES }, at, next, limit: ROWS_OF_SECTION, rows: items.length, total, name: words.roles, anchor: ROLES })}
  </section>`;
}

/** R11: what the member linked themself, and keeps. Nothing where there is no link. */
export async function linksSection(context: ConsoleContext, userId: string): Promise<Html> {
  const { ctx, locale, bcId } = context;
  const { memberPage: words, account } = locale.words.console;
  const links = await findMemberLinks(ctx, { bcId, userId });
  if (links.length === 0) return html``;
  const main = {
    label: account.back,
    main: true,
    cell: (row: (typeof links)[number]) =>
      accountLines(locale, row, routes.tiktokAccount.show(bcId, row.tiktok_account_id)),
  };
  return html`<section class="card" aria-labelledby="links">
    <h2 id="links">${words.links}</h2>
    <p class="hint">${words.linksHint}</p>
    ${table(words.links, sinceColumns(context, main), links)}
  </section>`;
}

/** A row's level, since when, and by whom, after what names it. */
function sinceColumns<Row extends Pick<Holding, 'scopes' | 'since' | 'by'>>(
  context: ConsoleContext,
  main: Column<Row>,
): Column<Row>[] {
  const { locale } = context;
  const { memberPage: words, account } = locale.words.console;
  return [
    main,
    { label: account.level, cell: (row) => scopeBadges(locale, row.scopes) },
    { label: locale.words.console.since, cell: (row) => day(locale, row.since) },
    { label: words.by, cell: (row) => actorName(context, row.by) },
  ];
}
