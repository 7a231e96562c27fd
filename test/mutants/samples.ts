import type { World } from '../oracle/world.ts';
import type { Shot } from './shot.ts';

/** Who calls: unconfined with every permission, for checks alone, confined to bc1. */
export interface Keys {
  admin: string;
  check: string;
  confined: string;
  /** The id of a key that nobody needs. */
  spareId: string;
}

const P1 = { item_id: 'p1', tiktok_account_id: 'brand', visibility: 'PUBLIC', ad_authorization: true };
const ad = (user: string, account: string, properties: object): object => ({
  subject: { type: 'user', id: user },
  action: { name: 'create_spark_ad', properties },
  resource: { type: 'tiktok_account', id: account },
});
const DIGITS = ad('7300000000000000001', '7123456789012345678', { advertiser_id: '1700000000000000001' });
const WITH_POST = ad('sam', 'brand', { advertiser_id: 'adv1', bc_id: 'bc1', post: P1 });
const QUESTIONS = [
  WITH_POST,
  WITH_POST,
  DIGITS,
  DIGITS,
  ad('sam', 'brand', { advertiser_id: 'adv1', live: { live_id: 'l1' } }),
  ad('lee', 'brand', { advertiser_id: 'adv1', post: P1 }),
  ad('Sam', 'brand', { advertiser_id: 'adv1', bc_id: 'bc1', live: { live_id: 'l1' } }),
  ad('sam', 'brand', { advertiser_id: 'adv9', post: P1 }),
  {
    subject: { type: 'user', id: 'adm', properties: { user_role: 'ADMIN', weight: 12.5 } },
    action: { name: 'assign_member', properties: { bc_id: 'bc1', user_id: 'sam', scopes: ['POST'] } },
    resource: { type: 'tiktok_account', id: 'brand' },
    context: { source: 'console', n: 3 },
  },
  {
    subject: { type: 'user', id: 'sam' },
    action: { name: 'view', properties: { bc_id: 'bc1' } },
    resource: { type: 'tiktok_account', id: 'brand', properties: { handle: '@brand' } },
  },
  {
    subject: { type: 'user', id: 'adm' },
    action: { name: 'request_account_access', properties: { scopes: ['LIVE', 'POST'] } },
    resource: { type: 'business_center', id: 'bc1' },
  },
  {
    subject: { type: 'tiktok_account', id: 'brand' },
    action: { name: 'revoke_grant', properties: { bc_id: 'bc1' } },
    resource: { type: 'tiktok_account', id: 'brand' },
  },
];

/** A good request of every endpoint, of some more. */
export function samples(world: World, keys: Keys): Shot[] {
  const { id: request = '', token = '' } = world.requests[0] ?? {};
  const named = world.requests[2]?.token ?? '';
  const shot = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Shot => ({
    method,
    path,
    headers: {
      Authorization: `Bearer ${keys.admin}`,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? null : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  });
  const as = (actor: string): Record<string, string> => ({ 'X-Actor': actor });
  const evaluation = (question: object): Shot => shot('POST', '/access/v1/evaluation', question);
  return [
    ...QUESTIONS.flatMap((question) => [evaluation(question), evaluation(question)]),
    ...[keys.check, keys.confined].flatMap((key) =>
      QUESTIONS.map((question) => shot('POST', '/access/v1/evaluation', question, { Authorization: `Bearer ${key}` })),
    ),
    shot('POST', '/access/v1/evaluations', { evaluations: QUESTIONS.slice(1, 5) }),
    shot('POST', '/access/v1/evaluations', {
      ...WITH_POST,
      evaluations: [
        { subject: { type: 'user', id: 'adm' } },
        {},
        { resource: { type: 'tiktok_account', id: 'other' } },
      ],
      options: { evaluations_semantic: 'permit_on_first_permit' },
    }),
    shot('POST', '/access/v1/search/subject', { ...WITH_POST, subject: { type: 'user' }, page: { limit: 5 } }),
    shot('POST', '/access/v1/search/resource', { ...DIGITS, resource: { type: 'tiktok_account' } }),
    shot('POST', '/access/v1/search/action', {
      subject: { type: 'user', id: 'sam' },
      action: { properties: { advertiser_id: 'adv1' } },
      resource: { type: 'tiktok_account', id: 'brand' },
    }),
    ...facts(shot),
    ...flow(shot, as, { request, token, named }),
    shot('GET', '/.well-known/authzen-configuration'),
    shot('GET', '/healthz'),
    shot('GET', '/readyz'),
    shot('GET', '/metrics'),
    shot('GET', '/v1/status'),
    ...reads(shot),
    shot('GET', '/v1/audit?bc_id=bc1&limit=2'),
    shot('GET', '/v1/api-keys?limit=2'),
    shot('POST', '/v1/api-keys', { name: 'new', permissions: ['check'], bc_ids: ['bc1'] }),
    shot('POST', `/v1/api-keys/${keys.spareId}/rotate`, { overlap: 60 }),
    shot('DELETE', `/v1/api-keys/${keys.spareId}`),
  ];
}

type Make = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Shot;

/** Of what there is in the world, if only in most. */
function reads(shot: Make): Shot[] {
  return [
    '/v1/business-centers?limit=2',
    '/v1/business-centers/bc1',
    '/v1/business-centers/bc1/members?limit=2',
    '/v1/business-centers/bc1/members/adm',
    '/v1/ad-accounts?limit=2',
    '/v1/ad-accounts/adv1',
    '/v1/ad-accounts/adv1/members?limit=2',
    '/v1/ad-accounts/adv1/members/sam',
    '/v1/tiktok-accounts?limit=2',
    '/v1/tiktok-accounts/brand',
    '/v1/tiktok-accounts/brand/links?limit=2',
    '/v1/tiktok-accounts/brand/links/lee',
    '/v1/tiktok-accounts/brand/grants/bc1',
    '/v1/business-centers/bc1/tiktok-accounts/brand',
    '/v1/business-centers/bc1/tiktok-accounts/brand/members/sam',
    '/v1/entities/user?limit=5',
    '/v1/users?limit=5',
    '/v1/freezes?limit=2',
    '/v1/relationships/export',
  ].map((path) => shot('GET', path));
}

function facts(shot: Make): Shot[] {
  const lines = [
    { type: 'member', bc_id: 'bc2', user_id: 'lee', user_role: 'STANDARD' },
    { type: 'tiktok_account', id: 'other', handle: '@other', ad_authorization: false },
    { type: 'account_grant', bc_id: 'bc2', tiktok_account_id: 'Brand', scopes: ['POST'] },
  ].map((line) => JSON.stringify(line));
  return [
    shot('PUT', '/v1/users/lee', { display_name: 'Lee', email: 'lee@example.com' }),
    shot('GET', '/v1/users/lee'),
    shot('PUT', '/v1/business-centers/bc1', { name: 'Bright Agency' }),
    shot('PUT', '/v1/business-centers/bc1/members/lee', { user_role: 'STANDARD' }),
    shot('DELETE', '/v1/business-centers/bc1/members/Sam'),
    shot('PUT', '/v1/ad-accounts/adv1', { name: 'Autumn', bc_id: 'bc1' }),
    shot('PUT', '/v1/ad-accounts/1700000000000000002/members/ext', { advertiser_role: 'ANALYST' }),
    shot('DELETE', '/v1/ad-accounts/adv1/members/lee'),
    shot('PUT', '/v1/freezes/ad_account/1700000000000000002', { reason: 'An incident' }),
    shot('GET', '/v1/freezes/ad_account/1700000000000000002'),
    shot('DELETE', '/v1/freezes/tiktok_account/other'),
    shot('PUT', '/v1/tiktok-accounts/other', {
      handle: '@other',
      display_name: 'Other',
      ad_authorization: false,
      showcase: { enabled: true, sources: [{ shop_id: 's1', products: 'ALL' }] },
    }),
    shot('PUT', '/v1/tiktok-accounts/brand/links/lee', { scopes: ['POST'] }),
    shot('DELETE', '/v1/tiktok-accounts/brand/links/lee'),
    shot('PUT', '/v1/entities/user/rita', { attributes: { reviewer: true, level: 3 } }),
    shot('GET', '/v1/entities/user/rita'),
    shot('DELETE', '/v1/entities/user/rita'),
    shot('POST', '/v1/relationships/import', lines.join('\n'), { 'Content-Type': 'application/x-ndjson' }),
  ];
}

interface Ids {
  request: string;
  token: string;
  named: string;
}

function flow(shot: Make, as: (actor: string) => Record<string, string>, { request, token, named }: Ids): Shot[] {
  const center = '/v1/business-centers/bc1';
  const [adm, brand, other] = [as('user:adm'), as('tiktok_account:brand'), as('tiktok_account:other')];
  const none = undefined;
  return [
    shot('POST', `${center}/access-requests`, { scopes: ['POST'], tiktok_account_id: 'brand', expires_in: 600 }, adm),
    shot('GET', `${center}/access-requests?limit=3`, none, adm),
    shot('GET', `${center}/access-requests/${request}`, none, adm),
    shot('GET', `${center}/access-requests/${request}/qr.svg`, none, adm),
    shot('GET', `${center}/access-requests/${request}/qr.png`, none, adm),
    shot('POST', `${center}/access-requests/${request}/cancel`, none, adm),
    shot('GET', `/v1/consents/${token}`, none, other),
    shot('POST', `/v1/consents/${token}/approve`, none, other),
    shot('POST', `/v1/consents/${named}/approve`, none, brand),
    shot('POST', `/v1/consents/${named}/decline`, none, brand),
    shot('GET', `${center}/tiktok-accounts?limit=3`, none, as('user:sam')),
    shot('DELETE', `${center}/tiktok-accounts/7123456789012345678`, none, adm),
    shot('GET', '/v1/tiktok-accounts/brand/grants', none, brand),
    shot('DELETE', '/v1/tiktok-accounts/brand/grants/bc2', none, brand),
    shot('GET', `${center}/tiktok-accounts/brand/members`, none, adm),
    shot('PUT', `${center}/tiktok-accounts/brand/members/Sam`, { scopes: ['LIVE'] }, adm),
    shot('DELETE', `${center}/tiktok-accounts/brand/members/Sam`, none, adm),
  ];
}
