import type { Context as Http } from 'hono';
import { html } from 'hono/html';
import { getOwnCenter } from '../../../domain/business-centers/get-own-center.ts';
import type { OwnCenter } from '../../../domain/business-centers/list-own-centers.ts';
import { ask } from '../../../domain/authorize.ts';
import { mayReview } from '../../../domain/review/may-review.ts';
import type { Context } from '../../../domain/context.ts';
import { SparkgateError } from '../../../domain/errors.ts';
import { FindQuery } from '../../../domain/find-text.ts';
import { OutsideId } from '../../../domain/vocabulary.ts';
import type { PageEnv, SignedIn } from '../../env.ts';
import { contextOfPage } from '../../session/context-of-page.ts';
import { readFlash, type Flash } from '../../session/flash.ts';
import { pageOf } from '../../ui/form-page.ts';
import type { Html } from '../../ui/html.ts';
import { checkedName } from '../../ui/name.ts';
import { page, type PageParts } from '../../ui/page.ts';
import type { Frame, Place } from '../../ui/place.ts';
import type { Locale } from '../../ui/locale.ts';
import { UserNames } from '../../ui/user-names.ts';
import { routes } from '../../routes.ts';
import { freezeBanner, freezeStateOf, type FreezeState } from '../freezes/freeze-form.ts';
import { whomToAsk } from './whom-to-ask.ts';
import { positionOf, type Position } from './list-pager.ts';

/** What the policies let this person see of the Business Center. Each page asks again for what it does. */
interface May {
  request: boolean;
  viewRequests: boolean;
  viewMembers: boolean;
  viewAdAccounts: boolean;
  viewHistory: boolean;
  review: boolean;
}

/** A person in a Business Center: what every page of the console starts from. */
export interface ConsoleContext {
  ctx: Context;
  locale: Locale;
  center: OwnCenter;
  bcId: string;
  userId: string;
  /** What the person is called; null where that is not known. */
  knownAs: string | null;
  signedIn: SignedIn;
  /** The path of this page, with what it asks for. */
  here: string;
  names: UserNames;
  may: May;
  /** Whether the Business Center is frozen. */
  freeze: FreezeState;
  /** What was done before this page. */
  flashes: Flash[];
}

/** Rows of one list. */
export const ROWS = 25;

/** Rows of a list that shares its page with others. */
export const ROWS_OF_SECTION = 10;

/** Goes into a Business Center, that of the address unless said otherwise. @throws SparkgateError `not_found` for whoever is no member of it */
export async function loadConsole(c: Http<PageEnv>, bcId: string = idOf(c, 'bc_id')): Promise<ConsoleContext> {
  const ctx = contextOfPage(c);
  const may = async (action: string): Promise<boolean> =>
    (await ask(ctx, { action, resource: { type: 'business_center', id: bcId } }, null)).decision;
  const signedIn = c.get('signedIn');
  const { id: userId } = signedIn.actor;
  const names = new UserNames(ctx);
  const [knownAs, center, freeze, request, viewRequests, viewMembers, ...others] = await Promise.all([
    names.of(userId),
    getOwnCenter(ctx, bcId),
    freezeStateOf(ctx, { kind: 'business_center', id: bcId }),
    may('request_account_access'),
    may('view_access_requests'),
    may('view_members'),
    may('view_ad_accounts'),
    may('view_center_history'),
    mayReview(ctx),
  ]);
  const [viewAdAccounts, viewHistory, review] = others;
  const context = {
    ctx,
    locale: c.get('locale'),
    center,
    bcId,
    userId,
    knownAs,
    signedIn,
    here: pageOf(c),
    names,
    may: { request, viewRequests, viewMembers, viewAdAccounts, viewHistory, review },
    freeze,
    flashes: readFlash(c),
  };
  // An error that comes from here on stands in the same frame.
  const address = new URL(context.here, c.get('services').publicUrl()).href;
  c.set('frame', {
    navigation: places(context, null),
    switcher: switcher(context),
    knownAs,
    whomToAsk: async (reasons) => whomToAsk(context, reasons, address),
  });
  return context;
}

/** An id in the address. @throws SparkgateError `not_found` for what can be no id */
export function idOf(c: Http<PageEnv>, name: string): string {
  const id = OutsideId.safeParse(c.req.param(name));
  if (!id.success) throw new SparkgateError('not_found', 'There is nothing at this address.');
  return id.data;
}

/**
 * What somebody looks for in a list: `q`, and where the list goes on. On a page of several lists, `list` says whose
 * cursor it is. @throws SparkgateError `invalid_request`
 */
function findOf(c: Http<PageEnv>, list?: string): FindQuery {
  const cursor = c.req.query('list') === list ? c.req.query('cursor') : undefined;
  const found = FindQuery.safeParse({ limit: ROWS, cursor, text: c.req.query('q') ?? null });
  if (!found.success) throw new SparkgateError('invalid_request', 'This is no address of a list.');
  return found.data;
}

/** As {@link findOf}, with the way back in the list. */
export function listOf(c: Http<PageEnv>, list?: string): { find: FindQuery; at: Position } {
  return { find: findOf(c, list), at: positionOf(c, list) };
}

export type Section = 'tiktokAccounts' | 'accessRequests' | 'adAccounts' | 'members' | 'history';

/** Answers a page of the console. */
export async function show(
  c: Http<PageEnv>,
  context: ConsoleContext,
  section: Section,
  parts: Omit<PageParts, keyof Frame>,
  status: 200 | 400 | 403 | 409 = 200,
): Promise<Response> {
  const { bcId, locale, freeze } = context;
  const href = routes.console.freeze(bcId);
  const banner = c.req.path === href ? '' : freezeBanner(locale, freeze, href);
  const body = html`${banner} ${parts.body}`;
  const around = { navigation: places(context, section), switcher: switcher(context), knownAs: context.knownAs };
  return page(c, { ...parts, body, ...around }, status);
}

function places({ locale, bcId, may }: ConsoleContext, section: Section | null): Place[] {
  const { nav } = locale.words.console;
  const { console: center } = routes;
  const all: [Section | 'review', string, string, boolean][] = [
    ['tiktokAccounts', nav.tiktokAccounts, center.tiktokAccounts(bcId), true],
    ['accessRequests', nav.accessRequests, center.accessRequests(bcId), may.viewRequests],
    ['adAccounts', nav.adAccounts, center.adAccounts(bcId), true],
    ['members', may.viewMembers ? nav.members : nav.administrators, center.members(bcId), true],
    ['history', nav.history, center.history(bcId), may.viewHistory],
    ['review', nav.review, routes.review(), may.review],
  ];
  return all
    .filter(([, , , shown]) => shown)
    .map(([name, label, href]) => ({ label, href, ...(name === section && { current: true }) }));
}

function switcher({ locale, center }: ConsoleContext): Html {
  const words = locale.words.console;
  return html`<a class="center" href="${routes.console.choose()}" title="${words.switchCenter}">
    <span class="visually-hidden">${words.businessCenter}${locale.words.common.colon}</span
    ><span class="ellipsis">${checkedName(locale, center.name)}</span>
    <span class="badge">${words.roles[center.user_role]}</span>
  </a>`;
}
