/** The address of every page, in one place. Ids are opaque and may hold any character, so each becomes one path part. */
const part = encodeURIComponent;

const center = (bcId: string) => `/console/${part(bcId)}`;
const account = (bcId: string, id: string) => `${center(bcId)}/tiktok-accounts/${part(id)}`;
const request = (bcId: string, id: string) => `${center(bcId)}/access-requests/${part(id)}`;
const grant = (bcId: string) => `/my-account/grants/${part(bcId)}`;
const consent = (token: string) => `/consent/${part(token)}`;

export const urls = {
  home: () => '/',
  console: () => '/console',
  review: () => '/review',
  center: {
    tiktokAccounts: (bcId: string) => `${center(bcId)}/tiktok-accounts`,
    requestAccess: (bcId: string) => `${center(bcId)}/request-access`,
    accessRequests: (bcId: string) => `${center(bcId)}/access-requests`,
    members: (bcId: string) => `${center(bcId)}/members`,
    adAccounts: (bcId: string) => `${center(bcId)}/ad-accounts`,
    adAccount: (bcId: string, id: string) => `${center(bcId)}/ad-accounts/${part(id)}`,
  },
  accessRequest: {
    show: request,
    /** `{state}` as JSON, for the script that follows a request. */
    state: (bcId: string, id: string) => `${request(bcId, id)}/state`,
    qrPng: (bcId: string, id: string) => `${request(bcId, id)}/qr.png`,
    qrSvg: (bcId: string, id: string) => `${request(bcId, id)}/qr.svg`,
    cancel: (bcId: string, id: string) => `${request(bcId, id)}/cancel`,
  },
  tiktokAccount: {
    show: account,
    assign: (bcId: string, id: string) => `${account(bcId, id)}/assign`,
    member: (bcId: string, id: string, userId: string) => `${account(bcId, id)}/members/${part(userId)}`,
    revoke: (bcId: string, id: string) => `${account(bcId, id)}/revoke`,
  },
  consent: {
    show: consent,
    approve: (token: string) => `${consent(token)}/approve`,
    decline: (token: string) => `${consent(token)}/decline`,
  },
  myAccount: {
    show: () => '/my-account',
    /** One Business Center's authorization: also the receipt of an approval. */
    grant,
    revoke: (bcId: string) => `${grant(bcId)}/revoke`,
  },
  signIn: {
    /** Sign in, as another if need be, and come back. */
    choose: (as: 'user' | 'tiktok_account', next: string) => `/sign-in?as=${as}&next=${part(next)}`,
    tiktokAccount: (next: string) => `/sign-in/tiktok-account?next=${part(next)}`,
    user: (next: string) => `/sign-in/user?next=${part(next)}`,
    demo: () => '/sign-in/demo',
    out: () => '/sign-out',
  },
  language: () => '/language',
  favicon: () => '/favicon.svg',
} as const;

/** The same address with a query; what is undefined or empty is left out. */
export function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => (entry[1] ?? '') !== '');
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}
