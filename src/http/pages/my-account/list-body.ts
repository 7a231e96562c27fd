import type { Context } from 'hono';
import { html } from 'hono/html';
import type { OwnerGrant } from '../../../domain/account-grants/list-owner-grants.ts';
import type { PastAnswer } from '../../../domain/account-grants/list-owner-others.ts';
import type { Listed } from '../../../domain/list-query.ts';
import type { Page } from '../../../domain/page.ts';
import type { AccountNames } from '../../../domain/tiktok-accounts/get-own-account.ts';
import type { PageEnv } from '../../env.ts';
import { emptyState } from '../../ui/empty-state.ts';
import type { Flash } from '../../session/flash.ts';
import type { Html } from '../../ui/html.ts';
import { checkedName, shownName } from '../../ui/name.ts';
import { notice } from '../../ui/notice.ts';
import { pager } from '../../ui/pager.ts';
import type { Locale } from '../../ui/locale.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { table } from '../../ui/table.ts';
import { day } from '../../ui/time.ts';
import { routes, signInLink } from '../../routes.ts';
import { freezeBanner, freezeLink, type FreezeState } from '../freezes/freeze-form.ts';
import { contextOfPage } from '../../session/context-of-page.ts';
import { UserNames } from '../../ui/user-names.ts';
import { helpSection, linksSection, pastSection, type Links } from './others.ts';
import { ownerName } from './owner-name.ts';

/** Everything that may use the account, and what was declined or revoked. */
export function listBody(
  c: Context<PageEnv>,
  list: {
    owner: AccountNames;
    freeze: FreezeState;
    grants: Page<OwnerGrant>;
    links: Links;
    past: Listed<PastAnswer>;
    cursor: string | undefined;
    flashes: readonly Flash[];
  },
): Html {
  const locale = c.get('locale');
  const words = locale.words.myAccount;
  const { items, next_cursor: next } = list.grants;
  const others = { locale, names: new UserNames(contextOfPage(c)), signedIn: c.get('signedIn') };
  const freezing = routes.myAccount.freeze();
  return html`${list.flashes.map((flash) => said(locale, flash))} ${freezeBanner(locale, list.freeze, freezing)}
    <div class="heading">
      <div>
        <h1>${words.title}</h1>
        <p class="lead">${words.lead}</p>
      </div>
    </div>
    <section class="card account">
      <div>
        <p class="hint">${words.account}</p>
        <p>${ownerName(locale, list.owner, c.get('signedIn'))}</p>
        <p class="hint">${locale.words.consent.accountId} ${shownName(list.owner.id)}</p>
      </div>
      <a href="${signInLink('tiktok_account', routes.myAccount.show())}">${words.switchAccount}</a>
    </section>
    ${items.length === 0 ? emptyState({ title: words.emptyTitle, body: words.emptyBody }) : rows(locale, items)}
    ${pager(locale, { path: routes.myAccount.show(), cursor: list.cursor, next })}
    ${linksSection(others, list.links, list.cursor)} ${pastSection(others, list.past)} ${helpSection(locale)}
    ${freezeLink(locale, list.freeze, freezing)}`;
}

function rows(locale: Locale, items: readonly OwnerGrant[]): Html {
  const { myAccount: words } = locale.words;
  return table<OwnerGrant>(
    words.title,
    [
      {
        label: words.businessCenter,
        main: true,
        cell: ({ bc_id: bcId, business_center_name: name }) =>
          html`<a href="${routes.myAccount.grant(bcId)}">${checkedName(locale, name)}</a>
            <div class="hint">${shownName(bcId)}</div>`,
      },
      { label: words.scopes, cell: ({ scopes }) => scopeBadges(locale, scopes) },
      { label: words.since, cell: ({ granted_at: at }) => day(locale, at) },
      { label: words.members, cell: ({ members }) => members, numeric: true },
      {
        label: words.actions,
        cell: ({ bc_id: bcId, business_center_name: name }) =>
          html`<a class="button danger-quiet" href="${routes.myAccount.revoke(bcId)}"
            >${words.revoke}<span class="visually-hidden">${locale.words.common.colon}${name}</span></a
          >`,
      },
    ],
    items,
  );
}

/** What was just done. We recommend a pause and never claim to have made one. */
function said(locale: Locale, { done, values }: Flash): Html {
  const { myAccount: words } = locale.words;
  if (done === 'declined') return notice(locale, 'success', words.declined);
  const { done: doneToFreezes } = locale.words.common.freeze;
  if (done === 'frozen' || done === 'unfrozen') return notice(locale, 'success', doneToFreezes[done]);
  if (done !== 'revoked') return html``;
  const lost = Number(values['members'] ?? 0);
  const name = html`<strong>${shownName(values['name'] ?? '')}</strong>`;
  const members = lost === 0 ? undefined : words.membersLost(lost, locale.formats.number(lost));
  return html`${notice(locale, 'success', html`${words.revoked} ${name}`, members)}
  ${notice(locale, 'warning', words.pauseRecommended)}`;
}
