import { Hono } from 'hono';
import { html } from 'hono/html';
import { getAccount, type AccountDetails } from '../../domain/account-grants/get-account.ts';
import { ask } from '../../domain/authorize.ts';
import { listAdministrators } from '../../domain/business-centers/list-administrators.ts';
import { SparkgateError, type ReasonCode } from '../../domain/errors.ts';
import type { PageEnv } from '../env.ts';
import { facts } from '../ui/facts.ts';
import type { Html } from '../ui/html.ts';
import { checkedName, shownName } from '../ui/name.ts';
import { scopeBadges } from '../ui/scopes.ts';
import { day } from '../ui/time.ts';
import { urls } from '../ui/urls.ts';
import { ACCESS, accessSection } from './access-section.ts';
import { enter, idOf, listOf, show, type Shell } from './enter.ts';
import { formerAccountPage } from './former-account.ts';
import { flashNotice } from './flash-notice.ts';
import { HISTORY, historySection } from './history-section.ts';
import { AD_ACCOUNTS, maySection } from './may-section.ts';
import { accountLines, accountName, administratorsList, actorName, heading, missingList } from './parts.ts';
import { trail } from './trail.ts';

/** One TikTok account: for members what they may do with it, for administrators who has access and what happened. */
export const accountPage = new Hono<PageEnv>().get('/console/:bc_id/tiktok-accounts/:id', async (c) => {
  const shell = await enter(c);
  const { reader, bcId, ctx, userId } = shell;
  const id = idOf(c, 'id');
  const details = await getAccount(ctx, bcId, id).catch((error: unknown) => denied(error));
  const may = async (action: string): Promise<boolean> => {
    const question = { action, resource: { type: 'tiktok_account', id }, properties: { bc_id: bcId } } as const;
    return (await ask(ctx, question, null)).decision;
  };
  const history = await may('view_account_history');
  if ('codes' in details) return history ? formerAccountPage(c, shell, id) : deniedPage(c, shell, details.codes);
  const [assign, revoke] = await Promise.all([may('view_assignments'), may('revoke_grant')]);
  const asking = { decider: c.get('services').decider, userId, bcId, tiktokAccountId: id };
  const words = reader.words.console.account;
  const body = html`${flashNotice(shell)} ${heading(accountLines(reader, details))}
    ${assign ? await accessSection(shell, id, listOf(c, ACCESS)) : ''}
    ${await maySection(shell, asking, listOf(c, AD_ACCOUNTS))} ${about(shell, details)}
    ${history ? await historySection(shell, id, listOf(c, HISTORY)) : ''}
    ${revoke ? html`<p class="danger-zone"><a class="button danger-quiet" href="${urls.tiktokAccount.revoke(bcId, id)}">${words.revoke}</a></p>` : ''}`;
  return show(c, shell, 'tiktokAccounts', { title: accountName(details), breadcrumb: trail(shell), body });
});

/** Who may not view the account any more, but knows that it is there, is told why. @throws any other error */
function denied(error: unknown): { codes: ReasonCode[] } {
  if (error instanceof SparkgateError && error.code === 'forbidden' && error.reasons) {
    return { codes: error.reasons.map(({ code }) => code) };
  }
  throw error;
}

async function deniedPage(c: Parameters<typeof show>[0], shell: Shell, codes: ReasonCode[]): Promise<Response> {
  const { may } = shell.reader.words.console;
  const administrators = await listAdministrators(shell.ctx, shell.bcId);
  const body = html`${heading(may.title)}
    <section class="card">
      <p class="verdict"><span class="answer no">${may.no}</span></p>
      <h2>${may.missing}</h2>
      ${missingList(shell.reader, codes)} ${administratorsList(shell.reader, administrators)}
    </section>`;
  return show(c, shell, 'tiktokAccounts', { title: may.title, breadcrumb: trail(shell), body }, 403);
}

function about({ reader }: Shell, details: AccountDetails): Html {
  const words = reader.words.console.account;
  const authorization =
    details.ad_authorization === null
      ? words.adAuthorizationUnknown
      : details.ad_authorization
        ? words.adAuthorizationOn
        : words.adAuthorizationOff;
  return html`<section class="card" aria-labelledby="about">
    <h2 id="about">${words.about}</h2>
    ${facts([
      [words.owner, checkedName(reader, details.handle ?? details.tiktok_account_id)],
      [words.id, shownName(details.tiktok_account_id)],
      [words.scopes, scopeBadges(reader, details.scopes)],
      [words.since, day(reader, details.granted_at)],
      [words.grantedBy, actorName(reader, details.granted_by)],
      [words.validity, words.noExpiry],
      [words.adAuthorization, authorization],
      [words.showcase, showcase(reader.words.console.account, details)],
    ])}
  </section>`;
}

function showcase(
  words: Shell['reader']['words']['console']['account'],
  { showcase: it }: AccountDetails,
): Html | string {
  if (it === null) return words.showcaseUnknown;
  if (!it.enabled) return words.showcaseOff;
  if (it.sources.length === 0) return words.showcaseOn;
  return html`${words.showcaseOn}
    <ul class="plain-list">
      ${it.sources.map((source) => html`<li>${words.shop} ${shownName(source.shop_id)}: ${words.products[source.products]}</li>`)}
    </ul>`;
}
