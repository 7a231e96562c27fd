import type { Context } from 'hono';
import { html } from 'hono/html';
import type { OwnerGrant } from '../../../domain/account-grants/list-owner-grants.ts';
import type { AccountNames } from '../../../domain/tiktok-accounts/get-own-account.ts';
import type { PageEnv, SignedIn } from '../../env.ts';
import { facts } from '../../ui/facts.ts';
import type { Flash } from '../../session/flash.ts';
import type { Html } from '../../ui/html.ts';
import { checkedName } from '../../ui/name.ts';
import { notice } from '../../ui/notice.ts';
import type { Locale } from '../../ui/locale.ts';
import { inOrder, scopeCard } from '../../ui/scopes.ts';
import { time } from '../../ui/time.ts';
import { routes } from '../../routes.ts';
import { ownerName } from './owner-name.ts';

/** An authorization, and the account that it is of. */
export interface ShownGrant {
  grant: OwnerGrant;
  owner: AccountNames;
}

/** One Business Center's authorization; right after an approval, the receipt. */
export function grantBody(c: Context<PageEnv>, shown: ShownGrant, flashes: readonly Flash[]): Html {
  const { grant } = shown;
  const locale = c.get('locale');
  const words = locale.words.myAccount;
  const isReceipt = flashes.some(({ done, values }) => done === 'authorized' && values['bc_id'] === grant.bc_id);
  return html`${isReceipt ? notice(locale, 'success', words.authorized, words.authorizedMore) : ''}
    <h1>${checkedName(locale, grant.business_center_name)}</h1>
    <section class="card">${grantFacts(locale, shown, c.get('signedIn'))}</section>
    <section class="stack">
      <h2>${words.what}</h2>
      ${inOrder(grant.scopes).map((scope) => scopeCard(locale, scope))}
    </section>
    <p>${words.noExpiry}</p>
    <p class="actions">
      <a class="button secondary" href="${routes.myAccount.show()}">${words.back}</a>
      <a class="button danger-quiet" href="${routes.myAccount.revoke(grant.bc_id)}">${words.revoke}</a>
    </p>`;
}

/** Who was authorized, when and by which account. */
export function grantFacts(locale: Locale, { grant, owner }: ShownGrant, signedIn: SignedIn): Html {
  const words = locale.words.myAccount;
  return facts([
    [words.businessCenter, checkedName(locale, grant.business_center_name)],
    [words.businessCenterId, checkedName(locale, grant.bc_id)],
    [words.account, ownerName(locale, owner, signedIn)],
    [words.since, time(locale, grant.granted_at)],
    [words.members, words.memberCount(grant.members, locale.formats.number(grant.members))],
  ]);
}
