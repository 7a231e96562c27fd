/** A good request of an endpoint. `{request}` and `{token}` are those of a new access request, `{key}` a new key. */
export interface Endpoint {
  method: string;
  path: string;
  body?: unknown;
  /** Whom a key acts for. */
  actor?: string;
  type?: string;
}

const BC = '/v1/business-centers/bc1';
const question = {
  subject: { type: 'user', id: 'sam' },
  action: { name: 'create_spark_ad', properties: { advertiser_id: 'adv1' } },
  resource: { type: 'tiktok_account', id: 'brand' },
};
const { subject, action, resource } = question;
const adm = 'user:adm';
const brand = 'tiktok_account:brand';
const lines = [
  { type: 'member', bc_id: 'bc2', user_id: 'lee', user_role: 'STANDARD' },
  { type: 'tiktok_account', id: 'other', handle: '@other', ad_authorization: false },
  { type: 'account_grant', bc_id: 'bc2', tiktok_account_id: 'new', scopes: ['POST'] },
].map((line) => JSON.stringify(line));

/** Every endpoint; in this order the world is as each of them needs it. */
export const ENDPOINTS: readonly Endpoint[] = [
  { method: 'GET', path: '/healthz' },
  { method: 'GET', path: '/readyz' },
  { method: 'GET', path: '/metrics' },
  { method: 'GET', path: '/.well-known/authzen-configuration' },
  { method: 'GET', path: '/v1/status' },
  { method: 'POST', path: '/access/v1/evaluation', body: question },
  { method: 'POST', path: '/access/v1/evaluations', body: { ...question, evaluations: [{}, question] } },
  {
    method: 'POST',
    path: '/access/v1/search/subject',
    body: { subject: { type: 'user' }, action, resource, page: { limit: 3 } },
  },
  {
    method: 'POST',
    path: '/access/v1/search/resource',
    body: { subject, action, resource: { type: 'tiktok_account' } },
  },
  {
    method: 'POST',
    path: '/access/v1/search/action',
    body: { subject, resource, action: { properties: action.properties } },
  },
  { method: 'PUT', path: BC, body: { name: 'Bright Agency' } },
  { method: 'PUT', path: '/v1/business-centers/new', body: { name: 'New Agency' } },
  { method: 'PUT', path: `${BC}/members/new`, body: { user_role: 'STANDARD' } },
  { method: 'DELETE', path: `${BC}/members/new` },
  { method: 'PUT', path: '/v1/ad-accounts/adv1', body: { name: 'Autumn', bc_id: 'bc1' } },
  { method: 'PUT', path: '/v1/ad-accounts/new', body: { name: 'Winter' } },
  { method: 'PUT', path: '/v1/ad-accounts/adv1/members/new', body: { advertiser_role: 'ANALYST' } },
  { method: 'DELETE', path: '/v1/ad-accounts/adv1/members/new' },
  {
    method: 'PUT',
    path: '/v1/tiktok-accounts/new',
    body: {
      handle: '@new',
      display_name: 'New',
      ad_authorization: true,
      showcase: { enabled: true, sources: [{ shop_id: 's1', products: 'ALL' }] },
    },
  },
  { method: 'PUT', path: '/v1/tiktok-accounts/brand/links/new', body: { scopes: ['POST'] } },
  { method: 'DELETE', path: '/v1/tiktok-accounts/brand/links/new' },
  { method: 'PUT', path: '/v1/entities/document/new', body: { attributes: { level: 2, public: true } } },
  { method: 'GET', path: '/v1/entities/document' },
  { method: 'GET', path: '/v1/entities/user' },
  { method: 'DELETE', path: '/v1/entities/document/new' },
  { method: 'POST', path: '/v1/relationships/import', body: lines.join('\n'), type: 'application/x-ndjson' },
  {
    method: 'POST',
    path: '/v1/relationships/import?mode=reopen',
    body: lines.join('\n'),
    type: 'application/x-ndjson',
  },
  {
    method: 'POST',
    path: `${BC}/access-requests`,
    actor: adm,
    body: { scopes: ['POST'], tiktok_account_id: 'brand', expires_in: 600 },
  },
  { method: 'GET', path: `${BC}/access-requests`, actor: adm },
  { method: 'GET', path: `${BC}/access-requests/{request}`, actor: adm },
  { method: 'GET', path: `${BC}/access-requests/{request}/qr.svg`, actor: adm },
  { method: 'GET', path: `${BC}/access-requests/{request}/qr.png`, actor: adm },
  { method: 'POST', path: `${BC}/access-requests/{request}/cancel`, actor: adm },
  { method: 'GET', path: '/v1/consents/{token}', actor: brand },
  { method: 'POST', path: '/v1/consents/{token}/decline', actor: brand },
  { method: 'POST', path: '/v1/consents/{token}/approve', actor: brand },
  { method: 'GET', path: `${BC}/tiktok-accounts`, actor: 'user:sam' },
  { method: 'GET', path: `${BC}/tiktok-accounts/brand/members`, actor: adm },
  { method: 'PUT', path: `${BC}/tiktok-accounts/brand/members/sam`, actor: adm, body: { scopes: ['LIVE'] } },
  { method: 'DELETE', path: `${BC}/tiktok-accounts/brand/members/sam`, actor: adm },
  { method: 'GET', path: '/v1/tiktok-accounts/brand/grants', actor: brand },
  { method: 'DELETE', path: '/v1/tiktok-accounts/brand/grants/bc2', actor: brand },
  { method: 'DELETE', path: `${BC}/tiktok-accounts/other`, actor: adm },
  { method: 'GET', path: '/v1/audit?bc_id=bc1' },
  { method: 'GET', path: '/v1/audit' },
  { method: 'POST', path: '/v1/api-keys', body: { name: 'one more', permissions: ['check'], bc_ids: ['bc1'] } },
  { method: 'GET', path: '/v1/api-keys' },
  { method: 'POST', path: '/v1/api-keys/{key}/rotate', body: { overlap: 60 } },
  { method: 'DELETE', path: '/v1/api-keys/{key}' },
  { method: 'GET', path: '/v1/no-such-thing' },
];
