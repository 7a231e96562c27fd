import { Hono, type Context as Http } from 'hono';
import { getOwnerGrant } from '../../../domain/account-grants/get-owner-grant.ts';
import { listOwnerGrants, type OwnerGrant } from '../../../domain/account-grants/list-owner-grants.ts';
import { listOwnerLinks, listPastAnswers } from '../../../domain/account-grants/list-owner-others.ts';
import { revokeGrant } from '../../../domain/account-grants/revoke-grant.ts';
import { SparkgateError } from '../../../domain/errors.ts';
import { PageQuery, type Page } from '../../../domain/page.ts';
import { getOwnAccount } from '../../../domain/tiktok-accounts/get-own-account.ts';
import { OutsideId } from '../../../domain/vocabulary.ts';
import type { PageEnv } from '../../env.ts';
import { contextOfPage } from '../../session/context-of-page.ts';
import { redirectWithFlash, readFlash } from '../../session/flash.ts';
import { page } from '../../ui/page.ts';
import { submitOnce } from '../../session/submit-once.ts';
import { routes } from '../../routes.ts';
import { pageNumberOf } from '../console/page-numbers.ts';
import { freezeStateOf } from '../freezes/freeze-form.ts';
import { grantBody, type ShownGrant } from './grant-body.ts';
import { listBody } from './list-body.ts';
import { revokeBody } from './revoke-body.ts';
import { ownerInHeader } from './owner-name.ts';

/** Business Centers on one page of the list. */
const ROWS = 25;

const NOTHING = { items: [], total: 0 };

/** Who can use the account that is signed in, and how its owner ends that. */
export const myAccount = new Hono<PageEnv>()
  .get(routes.myAccount.show.pattern, async (c) => {
    const query = PageQuery.safeParse({ limit: ROWS, cursor: c.req.query('cursor') });
    if (!query.success) throw new SparkgateError('invalid_request', 'This is no address of the list.');
    const linksPage = pageNumberOf(c);
    const grants = await ownGrants(c, query.data);
    const { id } = c.get('signedIn').actor;
    const owner = await getOwnAccount(contextOfPage(c), id);
    const freeze = await freezeStateOf(contextOfPage(c), { kind: 'tiktok_account', id });
    const [links, past] = await Promise.all([
      orNothing(async () => listOwnerLinks(contextOfPage(c), id, { page: linksPage, limit: ROWS }), NOTHING),
      orNothing(async () => listPastAnswers(contextOfPage(c), id), NOTHING),
    ]);
    const flashes = readFlash(c);
    const shownLinks = { ...links, page: linksPage, limit: ROWS };
    const list = { owner, freeze, grants, links: shownLinks, past, cursor: c.req.query('cursor'), flashes };
    return page(c, {
      title: c.get('locale').words.myAccount.title,
      knownAs: ownerInHeader(owner),
      body: listBody(c, list),
    });
  })
  .get(routes.myAccount.grant.pattern, async (c) => {
    const { grant, owner } = await ownGrant(c);
    const body = grantBody(c, { grant, owner }, readFlash(c));
    return page(c, {
      title: grant.business_center_name,
      knownAs: ownerInHeader(owner),
      breadcrumb: breadcrumb(c),
      body,
      narrow: true,
    });
  })
  .get(routes.myAccount.revoke.pattern, async (c) => {
    const shown = await ownGrant(c);
    const { revokeTitle } = c.get('locale').words.myAccount;
    return page(c, {
      title: revokeTitle,
      knownAs: ownerInHeader(shown.owner),
      breadcrumb: breadcrumb(c),
      body: revokeBody(c, shown),
      narrow: true,
    });
  })
  .post(routes.myAccount.revoke.pattern, async (c) => {
    const { id } = c.get('signedIn').actor;
    let name = '';
    const { result: revoked } = await submitOnce(
      c,
      async (ctx) => {
        const { fact: grant } = await getOwnerGrant(ctx, id, bcIdOf(c));
        name = grant.business_center_name;
        return revokeGrant(ctx, grant.bc_id, id);
      },
      ({ assignments_ended: ended }) => ({ name, members: String(ended) }),
    );
    return redirectWithFlash(c, routes.myAccount.show(), 'revoked', revoked);
  });

/** An account that signed in for the first time may not be known here yet: then it has authorized nobody. */
async function ownGrants(c: Http<PageEnv>, query: PageQuery): Promise<Page<OwnerGrant>> {
  const { id } = c.get('signedIn').actor;
  return orNothing(async () => listOwnerGrants(contextOfPage(c), id, query), { items: [], next_cursor: null });
}

async function orNothing<Found>(find: () => Promise<Found>, nothing: Found): Promise<Found> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof SparkgateError && error.code === 'not_found') return nothing;
    throw error;
  }
}

/** @throws SparkgateError `not_found` */
async function ownGrant(c: Http<PageEnv, typeof routes.myAccount.grant.pattern>): Promise<ShownGrant> {
  const ctx = contextOfPage(c);
  const { id } = c.get('signedIn').actor;
  const [{ fact: grant }, owner] = await Promise.all([getOwnerGrant(ctx, id, bcIdOf(c)), getOwnAccount(ctx, id)]);
  return { grant, owner };
}

/** @throws SparkgateError `not_found` for what can be no id */
function bcIdOf(c: Http<PageEnv, typeof routes.myAccount.grant.pattern>): string {
  const id = OutsideId.safeParse(c.req.param('bc_id'));
  if (!id.success) throw new SparkgateError('not_found', 'There is no such Business Center.');
  return id.data;
}

function breadcrumb(c: Http<PageEnv>) {
  return [{ label: c.get('locale').words.myAccount.title, href: routes.myAccount.show() }];
}
