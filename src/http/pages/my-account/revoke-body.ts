import type { Context } from 'hono';
import { html } from 'hono/html';
import type { PageEnv } from '../../env.ts';
import { formFields } from '../../ui/fields.ts';
import type { Html } from '../../ui/html.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { routes } from '../../routes.ts';
import { grantFacts, type ShownGrant } from './grant-body.ts';

/** Says what revoking does before it is done. */
export function revokeBody(c: Context<PageEnv>, shown: ShownGrant): Html {
  const { grant } = shown;
  const locale = c.get('locale');
  const words = locale.words.myAccount;
  const signedIn = c.get('signedIn');
  return html`<h1>${words.revokeTitle}</h1>
    <section class="card">
      ${grantFacts(locale, shown, signedIn)} ${scopeBadges(locale, grant.scopes)}
    </section>
    <section class="stack">
      <h2>${words.whatHappens}</h2>
      <ul class="plain-list">
        ${words.consequences.map((consequence) => html`<li>${consequence}</li>`)}
      </ul>
    </section>
    <div class="actions">
      <a class="button secondary" href="${routes.myAccount.grant(grant.bc_id)}">${words.keep}</a>
      <form method="post" action="${routes.myAccount.revoke(grant.bc_id)}">
        ${formFields(signedIn)}<button class="danger">${words.revokeNow}</button>
      </form>
    </div>`;
}
