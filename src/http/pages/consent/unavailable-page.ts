import type { Context } from 'hono';
import { html } from 'hono/html';
import { getOwnAccount } from '../../../domain/tiktok-accounts/get-own-account.ts';
import type { PageEnv } from '../../env.ts';
import { contextOfPage } from '../../session/context-of-page.ts';
import { page } from '../../ui/page.ts';
import { routes, signInLink } from '../../routes.ts';
import { ownerInHeader, ownerName } from '../my-account/owner-name.ts';

/** Answers every link that does not work in the same way. It helps on whoever sent an answer twice, or is somebody else. */
export async function unavailablePage(c: Context<PageEnv>): Promise<Response> {
  const { common, consent } = c.get('locale').words;
  const owner = await getOwnAccount(contextOfPage(c), c.get('signedIn').actor.id);
  const words = consent.unavailable;
  const body = html`<section class="empty error-page">
    <h1>${words.title}</h1>
    <p>${words.body}</p>
    <p>${words.next}</p>
    <p>${words.nothing}</p>
    <p class="hint">${common.signedInAs} ${ownerName(c.get('locale'), owner, c.get('signedIn'))}</p>
    <p class="actions">
      <a class="button" href="${routes.myAccount.show()}">${words.mine}</a>
      <a class="button secondary" href="${signInLink('tiktok_account', c.req.path.split('/').slice(0, 3).join('/'))}">${consent.notYou}</a>
    </p>
  </section>`;
  return page(c, { title: words.title, knownAs: ownerInHeader(owner), body, narrow: true }, 404);
}
