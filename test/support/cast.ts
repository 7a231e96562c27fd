import type { TestApp } from './app.ts';

/** The world of the decision cases: two Business Centers, two accounts, adm and sam of bc1, ext of bc2. */
export async function standardWorld(app: TestApp): Promise<void> {
  await put(app, '/v1/business-centers/bc1', { name: 'Bright Agency' });
  await put(app, '/v1/business-centers/bc2', { name: 'Other Agency' });
  await put(app, '/v1/business-centers/bc1/members/adm', { user_role: 'ADMIN' });
  await put(app, '/v1/business-centers/bc1/members/sam', { user_role: 'STANDARD' });
  await put(app, '/v1/business-centers/bc2/members/ext', { user_role: 'ADMIN' });
  await put(app, '/v1/ad-accounts/adv1', { name: 'Spring campaign', bc_id: 'bc1' });
  await put(app, '/v1/ad-accounts/adv9', { name: 'Elsewhere' });
  await put(app, '/v1/tiktok-accounts/brand', { handle: '@brand' });
  await put(app, '/v1/tiktok-accounts/other', { handle: '@other' });
}

export async function put(app: TestApp, path: string, body: unknown): Promise<string> {
  const answer = await app.call('PUT', path, { body });
  if (answer.status !== 200) throw new Error(`PUT ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.headers.get('X-Sparkgate-Revision') ?? '';
}

/** Asks for an account and has its owner approve: the grant as the flow makes it. */
export async function grant(
  app: TestApp,
  scopes: string[],
  bcId = 'bc1',
  account = 'brand',
  by = 'adm',
): Promise<void> {
  const token = await requestToken(app, scopes, bcId, by);
  const approved = await app.call('POST', `/v1/consents/${token}/approve`, { actor: `tiktok_account:${account}` });
  if (approved.status !== 200) throw new Error(`approve: ${approved.status} ${JSON.stringify(approved.body)}`);
}

/** The consent token of a new access request. */
export async function requestToken(app: TestApp, scopes: string[], bcId = 'bc1', by = 'adm'): Promise<string> {
  const created = await app.call('POST', `/v1/business-centers/${bcId}/access-requests`, {
    actor: `user:${by}`,
    body: { scopes },
  });
  if (created.status !== 201) throw new Error(`request: ${created.status} ${JSON.stringify(created.body)}`);
  return tokenOf(created.body.consent_url);
}

export function tokenOf(consentUrl: string): string {
  return new URL(consentUrl).pathname.split('/').at(-1) ?? '';
}

export async function assign(app: TestApp, userId: string, scopes: string[], bcId = 'bc1', by = 'adm'): Promise<void> {
  const path = `/v1/business-centers/${bcId}/tiktok-accounts/brand/members/${userId}`;
  const answer = await app.call('PUT', path, { actor: `user:${by}`, body: { scopes } });
  if (answer.status !== 200) throw new Error(`assign: ${answer.status} ${JSON.stringify(answer.body)}`);
}

/** An ALLOW by its path, or a DENY with its reason codes: reads as a decision. */
export async function decision(
  app: TestApp,
  subject: string,
  action: string,
  resource = 'tiktok_account:brand',
  properties: Record<string, unknown> = {},
): Promise<string> {
  const answer = await app.call('POST', '/access/v1/evaluation', {
    body: { subject: entity(subject), action: { name: action, properties }, resource: entity(resource) },
  });
  if (answer.status !== 200) return `${answer.status} ${answer.body.code}`;
  const { decision: allowed, context } = answer.body;
  if (allowed) return `ALLOW via ${context.via}`;
  return `DENY ${context.reasons.map((reason: { code: string }) => reason.code).join(' ')}`;
}

/** `user:sam` or just `sam`, as an AuthZEN entity. */
export function entity(name: string): { type: string; id: string } {
  const [type, id] = name.split(':');
  return id === undefined ? { type: 'user', id: name } : { type: type ?? '', id };
}
