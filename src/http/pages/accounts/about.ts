import { Hono } from 'hono';
import { html } from 'hono/html';
import { getAccount, type AccountDetails } from '../../../domain/account-grants/get-account.ts';
import type { PageEnv } from '../../env.ts';
import { facts } from '../../ui/facts.ts';
import type { Html } from '../../ui/html.ts';
import { shownName } from '../../ui/name.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { day } from '../../ui/time.ts';
import { routes } from '../../routes.ts';
import { idOf, loadConsole, show, type ConsoleContext } from '../console/console-context.ts';
import { accountLines, accountName, actorName, heading, ownerOf } from '../console/parts.ts';
import { accountParts } from './account-parts.ts';
import { trail } from './trail.ts';

/** What is known of an account and of what its owner authorized: a page of the account's own. */
export const aboutAccount = new Hono<PageEnv>().get(routes.tiktokAccount.about.pattern, async (c) => {
  const context = await loadConsole(c);
  const { ctx, locale, bcId } = context;
  const id = idOf(c, 'id');
  const details = await getAccount(ctx, bcId, id);
  const body = html`${heading(accountLines(locale, details))} ${await accountParts(context, id, 'about')}
    ${about(context, details)}`;
  const breadcrumb = trail(context, { id, name: accountName(details) });
  return show(c, context, 'tiktokAccounts', { title: locale.words.console.account.about, breadcrumb, body });
});

function about(context: ConsoleContext, details: AccountDetails): Html {
  const { locale } = context;
  const words = locale.words.console.account;
  const authorization =
    details.ad_authorization === null
      ? words.adAuthorizationUnknown
      : details.ad_authorization
        ? words.adAuthorizationOn
        : words.adAuthorizationOff;
  return html`<section class="card" aria-label="${words.about}">
    ${facts([
      [words.owner, ownerOf(locale, details.handle)],
      [words.id, shownName(details.tiktok_account_id)],
      [details.own_scopes ? words.level : words.scopes, scopeBadges(locale, details.own_scopes ?? details.scopes)],
      [words.since, day(locale, details.granted_at)],
      [words.grantedBy, actorName(context, details.granted_by)],
      [words.validity, words.noExpiry],
      [words.adAuthorization, authorization],
      [words.showcase, showcase(locale, details)],
    ])}
  </section>`;
}

function showcase(locale: ConsoleContext['locale'], { showcase: it }: AccountDetails): Html | string {
  const { account: words } = locale.words.console;
  if (it === null) return words.showcaseUnknown;
  if (!it.enabled) return words.showcaseOff;
  if (it.sources.length === 0) return words.showcaseOn;
  return html`${words.showcaseOn}
    <ul class="plain-list">
      ${it.sources.map((source) => html`<li>${words.shop} ${shownName(source.shop_id)}${locale.words.common.colon}${words.products[source.products]}</li>`)}
    </ul>`;
}
