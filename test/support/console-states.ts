import type { Page } from 'playwright-core';
import type { TestApp } from './app.ts';
import { nth } from './agency.ts';
import { put, requestToken } from './cast.ts';

/** A page in a state that somebody can meet it in. */
export interface PageState {
  who: 'user:adm' | 'user:u0001' | 'user:rita' | 'tiktok_account:t0000' | 'nobody';
  path: string;
  /** What brings the state about, on the page; it changes nothing that other states show. */
  reach?: (page: Page) => Promise<void>;
}

/** What has to be there besides an agency: requests in each state, an account that was given up, a reviewer. */
export async function bringStates(app: TestApp, accounts: number): Promise<PageState[]> {
  await put(app, '/v1/entities/user/rita', { attributes: { reviewer: true } });
  if (accounts > 0) {
    await put(app, '/v1/tiktok-accounts/t0000', {
      showcase: { enabled: true, sources: [{ shop_id: 'shop1', products: 'ALL' }] },
    });
    await put(app, '/v1/tiktok-accounts/t0000/links/lee', { scopes: ['POST'] });
  }
  const former = accounts > 1 ? nth('t', accounts - 1) : null;
  if (former !== null)
    await app.call('DELETE', `/v1/business-centers/bc1/tiktok-accounts/${former}`, { actor: 'user:adm' });
  await put(app, '/v1/ad-accounts/adv2', { name: 'Frozen campaign', bc_id: 'bc1' });
  await put(app, '/v1/freezes/ad_account/adv2', { reason: 'an invoice is open' });
  const named = accounts > 0 ? { tiktok_account_id: nth('t', 0) } : {};
  const request = async (end?: string): Promise<string> => {
    const body = {
      scopes: ['LIVE', 'POST'],
      note: 'for the spring campaign, with a note that is a little long',
      ...named,
    };
    const { body: made } = await app.call('POST', '/v1/business-centers/bc1/access-requests', {
      actor: 'user:adm',
      body,
    });
    const { id, consent_url: url } = made as { id: string; consent_url: string };
    if (end === 'cancel')
      await app.call('POST', `/v1/business-centers/bc1/access-requests/${id}/cancel`, { actor: 'user:adm' });
    if (end === 'decline')
      await app.call('POST', `/v1/consents/${url.split('/').at(-1)}/decline`, { actor: 'tiktok_account:t0000' });
    return `/console/bc1/access-requests/${id}`;
  };
  const [pending, cancelled, declined] = [await request(), await request('cancel'), await request('decline')];
  const token = await requestToken(app, ['LIVE', 'POST']);
  return [
    ...strangers(),
    ...administrators({ pending, cancelled, declined }),
    ...(accounts > 0 ? [...ofAnAccount(), ...members(), ...owners(token)] : []),
    ...(former === null ? [] : [{ who: 'user:adm' as const, path: `${BC}/tiktok-accounts/${former}` }]),
  ];
}

const strangers = (): PageState[] => [
  { who: 'nobody', path: '/' },
  { who: 'nobody', path: '/sign-in?as=user' },
  { who: 'nobody', path: '/sign-in?as=tiktok_account' },
  { who: 'nobody', path: '/console/bc1/members' },
  { who: 'user:rita', path: '/console' },
  { who: 'user:rita', path: '/review' },
  {
    who: 'user:rita',
    path: '/review?subject_type=user&subject_id=u0001&action=create_spark_ad&resource_type=tiktok_account&resource_id=t0000',
  },
];

const BC = '/console/bc1';

function administrators(requests: Record<'pending' | 'cancelled' | 'declined', string>): PageState[] {
  const plain = [
    'tiktok-accounts',
    'tiktok-accounts?q=nothing+of+that+name',
    'tiktok-accounts?filter=SWITCHED_OFF',
    'request-access',
    'access-requests',
    'access-requests?show=all',
    'access-requests?show=all&filter=VOID',
    'access-requests?show=nothing-of-that-name',
    'members',
    'members?sort=accounts',
    'members?filter=nothing',
    'members/adm',
    'members/adm?step=remove',
    'ad-accounts',
    'ad-accounts?show=own',
    'ad-accounts/adv2',
    'ad-accounts/adv1',
    'ad-accounts/adv1?show=members',
    'ad-accounts/adv1/members/adm',
    'ad-accounts/adv1/freeze',
    'history',
    'history?page=2',
    'history?who=nobody+of+that+name',
    'history?from=2026-02-30',
    'assign',
    'freeze',
    'no-such-page',
  ].map((path) => ({ who: 'user:adm' as const, path: `${BC}/${path}` }));
  return [
    { who: 'user:adm', path: '/console' },
    ...plain,
    ...Object.values(requests).map((path) => ({ who: 'user:adm' as const, path })),
    { who: 'user:adm', path: requests.pending, reach: async (page) => page.locator('details.confirm summary').click() },
    {
      who: 'user:adm',
      path: `${BC}/request-access`,
      reach: async (page) => submit(page, 'main form button:not([name])'),
    },
    { who: 'user:adm', path: `${BC}/members`, reach: async (page) => page.locator('[data-pick-all]').click() },
    { who: 'user:adm', path: `${BC}/members`, reach: async (page) => page.locator('details.menu summary').click() },
    {
      who: 'user:adm',
      path: `${BC}/members`,
      reach: async (page) => {
        await page.locator('[data-pick-all]').click();
        await submit(page, '[data-bar] .actions button');
        await submit(page, 'button[value=assign]');
      },
    },
  ];
}

function ofAnAccount(): PageState[] {
  const account = `${BC}/tiktok-accounts/t0000`;
  const paths = [
    '',
    '/members',
    '/about',
    '/history',
    '/assign',
    '/members/u0000',
    '/members/u0000?step=unassign',
    '/revoke',
  ];
  return [
    ...[...paths, '/members?q=nobody', '/history?page=2'].map((path) => ({
      who: 'user:adm' as const,
      path: `${account}${path}`,
    })),
    { who: 'user:adm', path: `${BC}/members/u0000` },
    { who: 'user:adm', path: `${BC}/members/u0000?step=unassign-all` },
    { who: 'user:adm', path: `${account}/assign`, reach: async (page) => submit(page, '.bar button') },
    {
      who: 'user:adm',
      path: `${BC}/assign`,
      reach: async (page) => {
        await page.locator('[name=more_members]').fill('adm\nu0000');
        await page.locator('[name=more_accounts]').fill('t0000');
        await page.locator('[name=scopes][value=LIVE]').check();
        await submit(page, 'button[value=assign]');
      },
    },
    {
      who: 'user:adm',
      path: `${account}/members`,
      reach: async (page) => {
        await page.locator('[data-pick-all]').click();
        await submit(page, '[data-bar] [value=unassign]');
      },
    },
  ];
}

const members = (): PageState[] =>
  [
    'tiktok-accounts',
    'tiktok-accounts/t0000',
    'tiktok-accounts/t0000/about',
    'ad-accounts',
    'members',
    'request-access',
    'history',
  ].map((path) => ({
    who: 'user:u0001',
    path: `${BC}/${path}`,
  }));

const owners = (token: string): PageState[] =>
  [
    `/consent/${token}`,
    '/consent/gone',
    '/my-account',
    '/my-account/grants/bc1',
    '/my-account/grants/bc1/revoke',
    '/my-account/freeze',
  ].map((path) => ({ who: 'tiktok_account:t0000', path }));

async function submit(page: Page, button: string): Promise<void> {
  await Promise.all([page.waitForNavigation(), page.locator(button).first().click()]);
}
