import type { World } from '../oracle/world.ts';
import type { TestApp } from '../support/app.ts';
import { formOf, signInAs, type SignedInBrowser } from '../support/signed-in.ts';
import { variant } from './mutations.ts';
import type { Random } from './random.ts';
import type { Shot } from './shot.ts';

/** Who is signed in, in browsers of their own. */
export interface Browsers {
  adm: SignedInBrowser;
  brand: SignedInBrowser;
}

export async function signedIn(app: TestApp): Promise<Browsers> {
  return { adm: await signInAs(app, 'user:adm'), brand: await signInAs(app, 'tiktok_account:brand') };
}

/** Good forms of every page that changes something. */
export function formSamples({ adm, brand }: Browsers, world: World): Shot[] {
  const { id: request = '' } = world.requests[0] ?? {};
  const { token = '' } = world.requests[2] ?? {};
  const of = (
    { cookie, csrf }: SignedInBrowser,
    path: string,
    fields: Record<string, string | string[]> = {},
  ): Shot => ({
    method: 'POST',
    path,
    headers: { Cookie: cookie, 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(formOf({ csrf, ...fields })),
  });
  const account = '/console/bc1/tiktok-accounts/brand';
  return [
    of(adm, '/console/bc1/request-access', { scopes: ['POST', 'LIVE'], validity: '3600', tiktok_account_id: 'other' }),
    of(adm, `/console/bc1/access-requests/${request}/cancel`),
    of(adm, `${account}/assign`, { intent: 'assign', members: ['sam', 'Sam'], scopes: 'POST' }),
    of(adm, `${account}/members/sam`, { intent: 'change', scopes: ['POST'] }),
    of(adm, `${account}/revoke`),
    of(brand, '/my-account/grants/bc2/revoke'),
    of(brand, `/consent/${token}/approve`),
    of(brand, `/consent/${token}/decline`),
    of(adm, '/language', { language: 'zh-CN', next: '/console' }),
  ];
}

/** Whether a browser could have sent it from a page of ours: all others may change nothing. */
export function isGenuine({ path, headers, body }: Shot, { adm, brand }: Browsers): boolean {
  const person = path.startsWith('/console') ? adm : brand;
  const { Cookie: cookie = '', 'Sec-Fetch-Site': site, Origin: origin } = headers;
  const csrf = new URLSearchParams(body?.toString('latin1') ?? '').getAll('csrf');
  const ours =
    [undefined, 'null', 'http://sparkgate.test'].includes(origin) && [undefined, 'same-origin'].includes(site);
  // Where neither is said, no browser said anything.
  const said = origin !== undefined || site !== undefined;
  return ours && said && cookie.split('; ').includes(person.cookie) && csrf.includes(person.csrf);
}

const FOREIGN: Record<string, string[]> = {
  'Sec-Fetch-Site': ['cross-site', 'same-site', 'none', 'Same-Origin', 'same-origin, cross-site', ''],
  Origin: ['https://evil.example', 'null', 'http://sparkgate.test', 'http://sparkgate.test.evil.example', ''],
  'Content-Type': [
    'text/plain',
    'application/json',
    'multipart/form-data',
    'application/x-www-form-urlencoded; charset=gbk',
  ],
};

/** A form with one thing changed: whence it comes, who sends it, a field. */
export function mutateForm(shot: Shot, { adm, brand }: Browsers, random: Random): Shot {
  const fields = [...new URLSearchParams(shot.body?.toString('latin1') ?? '')];
  const [at, name] = [random.below(fields.length), random.pick(Object.keys(FOREIGN))];
  const [field = '', value = ''] = fields[at] ?? [];
  const other = shot.headers['Cookie'] === adm.cookie ? brand : adm;
  const sends = (changed: [string, string][]): Shot => ({
    ...shot,
    body: Buffer.from(new URLSearchParams(changed).toString()),
  });
  const says = (headers: Record<string, string>): Shot => ({ ...shot, headers: { ...shot.headers, ...headers } });
  return random.pick([
    () => says({ [name]: random.pick(FOREIGN[name] ?? []) }),
    () => says({ [name]: random.pick(FOREIGN[name] ?? []) }),
    () => ({ ...shot, headers: Object.fromEntries(Object.entries(shot.headers).filter(([one]) => one !== name)) }),
    () =>
      says({ Cookie: random.pick([other.cookie, `${shot.headers['Cookie']}x`, '', `${adm.cookie}; ${brand.cookie}`]) }),
    () => sends(fields.with(at, [field, variant(value, random).toWellFormed()])),
    () => sends(fields.with(at, [variant(field, random).toWellFormed(), value])),
    () => sends(fields.toSpliced(at, 1)),
    () => sends([...fields, [field, random.pick([value, other.csrf, 'x'])]]),
    () => sends(fields.with(at, [field, random.pick([other.csrf, '', 'x'.repeat(5000)])])),
    () => ({
      ...shot,
      body: Buffer.concat([shot.body ?? Buffer.of(), Buffer.from(random.pick(['&', '%', '%ff', '&csrf', '\0', '&=']))]),
    }),
    () => ({
      ...shot,
      path: shot.path.replace(/[^/]+$/, (last) => encodeURIComponent(variant(last, random).toWellFormed())),
    }),
    () => ({ ...shot, method: random.pick(['GET', 'PUT', 'HEAD', 'DELETE']), body: null }),
  ])();
}
