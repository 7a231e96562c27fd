import type { Context } from 'hono';
import { html } from 'hono/html';
import type { ConsentView } from '../../../domain/consents/get-consent.ts';
import type { AccountNames } from '../../../domain/tiktok-accounts/get-own-account.ts';
import type { PageEnv } from '../../env.ts';
import { facts } from '../../ui/facts.ts';
import { formFields } from '../../ui/fields.ts';
import type { Html } from '../../ui/html.ts';
import { ownerName } from '../my-account/owner-name.ts';
import { checkedName, shownName } from '../../ui/name.ts';
import type { Locale } from '../../ui/locale.ts';
import { inOrder, scopeCard } from '../../ui/scopes.ts';
import { userInLine, type UserNames } from '../../ui/user-names.ts';
import { countdown } from '../../ui/time.ts';
import { routes, signInLink } from '../../routes.ts';

/** What is asked, of whom, and by which link. */
interface AskedOwner {
  consent: ConsentView;
  owner: AccountNames;
  token: string;
  names: UserNames;
}

/** All that an owner has to know before they answer, in the order in which they have to know it. */
export function consentBody(c: Context<PageEnv>, asked: AskedOwner): Html {
  const { consent, token } = asked;
  const locale = c.get('locale');
  const words = locale.words.consent;
  const { business_center: center } = consent;
  return html`<div class="stack consent">
    <div>
      <h1>${words.title}</h1>
      <p class="asks"><strong>${shownName(center.name)}</strong> ${words.lead}</p>
    </div>
    <section class="card code-card">
      <h2>${words.code}</h2>
      <p class="code">${consent.code}</p>
      <p>${words.codeHint}</p>
    </section>
    <section class="card">
      ${facts([
        [words.businessCenter, checkedName(locale, center.name)],
        [words.businessCenterId, checkedName(locale, center.bc_id)],
        [words.requestedBy, userInLine({ locale, names: asked.names }, consent.requested_by)],
      ])}
    </section>
    ${scopes(locale, consent)} ${account(c, asked)} ${terms(locale)}
    <div class="notice warning" role="note">
      <p><strong>${words.unexpected}</strong> ${words.unexpectedMore}</p>
    </div>
    ${answers(c, token)}
    <p class="hint">${words.answerBy} ${countdown(locale, consent.expires_at)}</p>
  </div>`;
}

function account(c: Context<PageEnv>, { owner, token }: AskedOwner): Html {
  const locale = c.get('locale');
  const words = locale.words.consent;
  return html`<section class="card">
    ${facts([
      [words.yourAccount, ownerName(locale, owner, c.get('signedIn'))],
      [words.accountId, checkedName(locale, owner.id)],
    ])}
    <p><a href="${signInLink('tiktok_account', routes.consent.show(token))}">${words.notYou}</a></p>
  </section>`;
}

function scopes(locale: Locale, { scopes: asked, held_scopes: held, resulting_scopes: resulting }: ConsentView): Html {
  const words = locale.words.consent;
  const again = resulting.every((scope) => held.includes(scope));
  const total = held.length === 0 ? words.resultNew : again ? words.resultSame : words.resultMore;
  const heldMark = html`<span class="badge">${words.alreadyHeld}</span>`;
  return html`<section class="stack">
      <h2>${words.asked}</h2>
      ${inOrder(asked).map((scope) => scopeCard(locale, scope, held.includes(scope) ? { after: heldMark } : {}))}
    </section>
    <section class="card result">
      <h2>${words.result}</h2>
      <p>${total}</p>
      <ul class="plain-list">
        ${inOrder(resulting).map(
          (scope) => html`<li>${locale.words.common.scopes[scope].name} ${held.includes(scope) ? heldMark : ''}</li>`,
        )}
      </ul>
    </section>`;
}

function terms(locale: Locale): Html {
  const words = locale.words.consent;
  return html`<section class="card">
    ${facts([
      [words.validity, html`<strong>${words.noExpiry}</strong>`],
      [words.whoRevokes, words.revokers],
    ])}
    <p class="hint">${words.passedOn}</p>
  </section>`;
}

/** Two buttons of one look and one size: neither answer is the easier one. */
function answers(c: Context<PageEnv>, token: string): Html {
  const words = c.get('locale').words.consent;
  const fields = () => formFields(c.get('signedIn'));
  return html`<div class="even answers">
    <form method="post" action="${routes.consent.decline(token)}">${fields()}<button class="same">${words.decline}</button></form>
    <form method="post" action="${routes.consent.approve(token)}">${fields()}<button class="same">${words.authorize}</button></form>
  </div>`;
}
