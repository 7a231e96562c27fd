import type { SignedInActor } from '../domain/sign-ins/entity.ts';

/** One id for each `:name` of a pattern. */
type Ids<Pattern extends string> = Pattern extends `${string}:${string}/${infer Rest}`
  ? [string, ...Ids<Rest>]
  : Pattern extends `${string}:${string}`
    ? [string]
    : [];

/** A page: call it with its ids for a link to it. Ids are opaque and may hold any character; each is one path part. */
export interface Route<Pattern extends string> {
  (...ids: Ids<Pattern>): string;
  readonly pattern: Pattern;
}

function route<const Pattern extends string>(pattern: Pattern): Route<Pattern> {
  const link = (...ids: readonly string[]): string => {
    const left = [...ids];
    return pattern.replaceAll(/:\w+/g, () => encodeURIComponent(left.shift() ?? ''));
  };
  return Object.assign(link, { pattern });
}

/** Every page and every form. Of the API's routes the OpenAPI document is the map. */
export const routes = {
  home: route('/'),
  language: route('/language'),
  favicon: route('/favicon.svg'),
  signIn: {
    choose: route('/sign-in'),
    demo: route('/sign-in/demo'),
    user: route('/sign-in/user'),
    userCallback: route('/sign-in/user/callback'),
    tiktokAccount: route('/sign-in/tiktok-account'),
    tiktokAccountCallback: route('/sign-in/tiktok-account/callback'),
    out: route('/sign-out'),
  },
  console: {
    choose: route('/console'),
    center: route('/console/:bc_id'),
    tiktokAccounts: route('/console/:bc_id/tiktok-accounts'),
    accessRequests: route('/console/:bc_id/access-requests'),
    /** `{state}` as JSON, another once a request is made or answered. */
    accessRequestsState: route('/console/:bc_id/access-requests-state'),
    requestAccess: route('/console/:bc_id/request-access'),
    assign: route('/console/:bc_id/assign'),
    /** Makes assignments, or a role, again what they were a moment ago. */
    undo: route('/console/:bc_id/undo'),
    history: route('/console/:bc_id/history'),
    historyCsv: route('/console/:bc_id/history.csv'),
    members: route('/console/:bc_id/members'),
    member: route('/console/:bc_id/members/:user_id'),
    adAccounts: route('/console/:bc_id/ad-accounts'),
    adAccount: route('/console/:bc_id/ad-accounts/:id'),
    adAccountMember: route('/console/:bc_id/ad-accounts/:id/members/:user_id'),
    freeze: route('/console/:bc_id/freeze'),
    freezeAdAccount: route('/console/:bc_id/ad-accounts/:id/freeze'),
  },
  tiktokAccount: {
    show: route('/console/:bc_id/tiktok-accounts/:id'),
    assign: route('/console/:bc_id/tiktok-accounts/:id/assign'),
    members: route('/console/:bc_id/tiktok-accounts/:id/members'),
    about: route('/console/:bc_id/tiktok-accounts/:id/about'),
    history: route('/console/:bc_id/tiktok-accounts/:id/history'),
    member: route('/console/:bc_id/tiktok-accounts/:id/members/:user_id'),
    revoke: route('/console/:bc_id/tiktok-accounts/:id/revoke'),
  },
  accessRequest: {
    show: route('/console/:bc_id/access-requests/:id'),
    /** `{state}` as JSON, for the script that follows a request. */
    state: route('/console/:bc_id/access-requests/:id/state'),
    qrPng: route('/console/:bc_id/access-requests/:id/qr.png'),
    qrSvg: route('/console/:bc_id/access-requests/:id/qr.svg'),
    /** The code with all that stands beside it, to be sent on or printed. */
    card: route('/console/:bc_id/access-requests/:id/card.svg'),
    cancel: route('/console/:bc_id/access-requests/:id/cancel'),
  },
  review: route('/review'),
  consent: {
    show: route('/consent/:token'),
    approve: route('/consent/:token/approve'),
    decline: route('/consent/:token/decline'),
  },
  myAccount: {
    show: route('/my-account'),
    freeze: route('/my-account/freeze'),
    /** One Business Center's authorization: also the receipt of an approval. */
    grant: route('/my-account/grants/:bc_id'),
    revoke: route('/my-account/grants/:bc_id/revoke'),
  },
} as const;

/** What answers with pages, errors included. */
export const PAGES = [
  '/',
  '/console/*',
  '/consent/*',
  '/my-account/*',
  '/review/*',
  '/sign-in/*',
  '/sign-out',
  '/language',
];

/** Pages for people who are signed in, by who they are. What is sent there comes from our own page and sign-in. */
export const SIGNED_IN: readonly (readonly [pattern: string, audience: SignedInActor['type']])[] = [
  ['/console/*', 'user'],
  ['/review/*', 'user'],
  ['/consent/:token/*', 'tiktok_account'],
  ['/my-account/*', 'tiktok_account'],
];

type Patterned = Pick<Route<string>, 'pattern'>;

/** Forms that are sent elsewhere than to the address of their own page, and that page. */
const FORMS: readonly (readonly [form: Patterned, page: Patterned])[] = [
  [routes.consent.approve, routes.consent.show],
  [routes.consent.decline, routes.consent.show],
  [routes.accessRequest.cancel, routes.accessRequest.show],
  [routes.console.undo, routes.console.members],
  [routes.signIn.demo, routes.signIn.choose],
  [routes.signIn.out, routes.home],
  [routes.language, routes.home],
];

/** The path of the page that a form stands on, by the path that it is sent to. */
export function pageOfForm(path: string): string {
  for (const [form, page] of FORMS) {
    const sent = new RegExp(`^${form.pattern.replaceAll(/:\w+/g, '([^/]+)')}$`).exec(path);
    const ids = sent?.slice(1) ?? [];
    if (sent) return page.pattern.replaceAll(/:\w+/g, () => ids.shift() ?? '');
  }
  return path;
}

/** Calls of the API that a person makes; a key alone is nobody there. */
export const PERSONAL = ['/v1/consents/*', '/v1/business-centers/:bc_id/access-requests/*'];

/** The same for what changes something. A key alone reads them as the facts that they are. */
export const PERSONAL_WRITES = ['/v1/tiktok-accounts/:id/grants/*', '/v1/business-centers/:bc_id/tiktok-accounts/*'];

/** Consents may be looked at and answered, and access be asked for, only so often: by API and by page alike. */
export const RATED = {
  consent: ['/v1/consents/*', '/consent/*'],
  access_request: ['/v1/business-centers/:bc_id/access-requests', routes.console.requestAccess.pattern],
} as const;

/** Has bounds of its own for size and time. */
export const IMPORT = '/v1/relationships/import';

const PROGRAMS = /^\/(?:v1|access|openapi\.json|metrics|healthz|readyz|\.well-known)(?:\/|$)/;

/** Whether programs call a path, not browsers: its errors are problems, whoever asks. */
export function isForPrograms(path: string): boolean {
  return PROGRAMS.test(path);
}

/** To the sign-in, as another if need be, and back. */
export function signInLink(as: SignedInActor['type'], next: string): string {
  return withQuery(routes.signIn.choose(), { as, next });
}

/** The same address with a query; what is undefined or empty is left out. */
export function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => (entry[1] ?? '') !== '');
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}
