import type { Context } from 'hono';
import { html } from 'hono/html';
import { getFormerAccount } from '../../../domain/account-grants/get-former-account.ts';
import type { PageEnv } from '../../env.ts';
import { facts } from '../../ui/facts.ts';
import { shownName } from '../../ui/name.ts';
import { notice } from '../../ui/notice.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { time } from '../../ui/time.ts';
import { routes, withQuery } from '../../routes.ts';
import { trail } from './trail.ts';
import { ROWS, show, type ConsoleContext } from '../console/console-context.ts';
import { pageNumberOf } from '../console/page-numbers.ts';
import { flashNotice } from '../console/flash-notice.ts';
import { historySection } from './history-section.ts';
import { accountLines, accountName, heading, ownerOf, whoDid } from '../console/parts.ts';

/** R10: an account that was revoked, for administrators: who revoked it and when, its history, and how to get it back. */
export async function formerAccountPage(c: Context<PageEnv>, context: ConsoleContext, id: string): Promise<Response> {
  const { ctx, locale, bcId } = context;
  const account = await getFormerAccount(ctx, bcId, id);
  const { account: words, former } = locale.words.console;
  const history = { path: routes.tiktokAccount.show(bcId, id), page: pageNumberOf(c), rows: ROWS };
  const again = withQuery(routes.console.requestAccess(bcId), { tiktok_account_id: id });
  const body = html`${flashNotice(context)}
    ${heading(accountLines(locale, account), {
      action: context.may.request ? html`<a class="button" href="${again}">${former.again}</a>` : undefined,
    })}
    ${notice(locale, 'warning', former.lead)}
    <section class="card" aria-labelledby="about">
      <h2 id="about">${words.about}</h2>
      ${facts([
        [words.owner, ownerOf(locale, account.handle)],
        [words.id, shownName(account.tiktok_account_id)],
        [former.scopes, scopeBadges(locale, account.scopes)],
        [words.since, time(locale, account.granted_at)],
        [former.revokedAt, time(locale, account.revoked_at)],
        [former.revokedBy, whoDid(context, account.revoked_by, account)],
      ])}
    </section>
    ${await historySection(context, account, history)}`;
  return show(c, context, 'tiktokAccounts', { title: accountName(account), breadcrumb: trail(context), body });
}
