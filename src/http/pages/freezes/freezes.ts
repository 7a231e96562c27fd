import { Hono, type Context as Http } from 'hono';
import { getOwnAccount } from '../../../domain/tiktok-accounts/get-own-account.ts';
import type { PageEnv } from '../../env.ts';
import { routes } from '../../routes.ts';
import { contextOfPage } from '../../session/context-of-page.ts';
import { page } from '../../ui/page.ts';
import { idOf, loadConsole, show } from '../console/console-context.ts';
import { answerForm, freezeBody, stateOf } from './freeze-form.ts';
import { ownerInHeader } from '../my-account/owner-name.ts';

/** R13: administrators freeze their Business Center and its ad accounts. */
export const centerFreezes = new Hono<PageEnv>()
  .get(routes.console.freeze.pattern, async (c) => centerPage(c))
  .post(routes.console.freeze.pattern, async (c) => {
    const bcId = idOf(c, 'bc_id');
    const thing = { kind: 'business_center', id: bcId } as const;
    const refused = await answerForm(c, thing, routes.console.members(bcId));
    return refused instanceof Response ? refused : centerPage(c, refused);
  })
  .get(routes.console.freezeAdAccount.pattern, async (c) => adAccountPage(c))
  .post(routes.console.freezeAdAccount.pattern, async (c) => {
    const thing = { kind: 'ad_account', id: idOf(c, 'id') } as const;
    const refused = await answerForm(c, thing, routes.console.adAccount(idOf(c, 'bc_id'), thing.id));
    return refused instanceof Response ? refused : adAccountPage(c, refused);
  });

/** R13: an owner freezes their own account. */
export const ownFreeze = new Hono<PageEnv>()
  .get(routes.myAccount.freeze.pattern, async (c) => ownPage(c))
  .post(routes.myAccount.freeze.pattern, async (c) => {
    const thing = { kind: 'tiktok_account', id: c.get('signedIn').actor.id } as const;
    const refused = await answerForm(c, thing, routes.myAccount.show());
    return refused instanceof Response ? refused : ownPage(c, refused);
  });

type Entered = Parameters<typeof freezeBody>[2];

async function centerPage(c: Http<PageEnv>, entered?: Entered): Promise<Response> {
  const context = await loadConsole(c);
  const state = await stateOf(context.ctx, { kind: 'business_center', id: context.bcId });
  const { title } = context.locale.words.common.freeze.of.business_center;
  const body = freezeBody(c, { state, back: routes.console.members(context.bcId) }, entered);
  return show(c, context, 'members', { title, body }, entered ? 400 : 200);
}

async function adAccountPage(c: Http<PageEnv>, entered?: Entered): Promise<Response> {
  const context = await loadConsole(c);
  const { bcId, ctx, locale } = context;
  const id = idOf(c, 'id');
  const state = await stateOf(ctx, { kind: 'ad_account', id });
  const { title } = locale.words.common.freeze.of.ad_account;
  const back = routes.console.adAccount(bcId, id);
  const breadcrumb = [{ label: locale.words.console.adAccountsPage.title, href: routes.console.adAccounts(bcId) }];
  return show(
    c,
    context,
    'adAccounts',
    { title, breadcrumb, body: freezeBody(c, { state, back }, entered) },
    entered ? 400 : 200,
  );
}

async function ownPage(c: Http<PageEnv>, entered?: Entered): Promise<Response> {
  const ctx = contextOfPage(c);
  const { id } = c.get('signedIn').actor;
  const [state, owner] = await Promise.all([stateOf(ctx, { kind: 'tiktok_account', id }), getOwnAccount(ctx, id)]);
  const { words } = c.get('locale');
  const body = freezeBody(c, { state, back: routes.myAccount.show() }, entered);
  const breadcrumb = [{ label: words.myAccount.title, href: routes.myAccount.show() }];
  const { title } = words.common.freeze.of.tiktok_account;
  return page(c, { title, knownAs: ownerInHeader(owner), breadcrumb, body, narrow: true }, entered ? 400 : 200);
}
