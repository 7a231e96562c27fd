import { expect, test } from 'vitest';
import type { TestApp } from '../support/app.ts';
import { assign, grant, put, requestToken } from '../support/cast.ts';
import { outcome } from '../support/outcome.ts';
import { sql } from '../support/sql.ts';
import { world } from '../support/world.ts';

const BC1 = '/v1/business-centers/bc1';
const APPROVE_AS = (account: string) => ({ actor: `tiktok_account:${account}` });

async function limitedTo(limits: NodeJS.ProcessEnv): Promise<TestApp> {
  return world({}, limits);
}

const putMember = async (app: TestApp, user: string, role: string): Promise<string> =>
  outcome(app, 'PUT', `${BC1}/members/${user}`, { body: { user_role: role } });

test('members: the last place is taken, the next is refused, and a removal frees one', async () => {
  const app = await limitedTo({ MEMBERS_PER_BUSINESS_CENTER: '3' });
  expect(await putMember(app, 'third', 'STANDARD')).toBe('200');
  expect(await putMember(app, 'fourth', 'STANDARD')).toBe('409 limit_reached');
  expect(await putMember(app, 'third', 'ADMIN')).toBe('200');
  expect(await outcome(app, 'DELETE', `${BC1}/members/sam`)).toBe('204');
  expect(await putMember(app, 'fourth', 'STANDARD')).toBe('200');
  expect(await outcome(app, 'PUT', '/v1/business-centers/bc2/members/x', { body: { user_role: 'ADMIN' } })).toBe('200');
});

test('administrators: a demotion frees a place, and a refused promotion leaves the old role', async () => {
  const app = await limitedTo({ ADMINS_PER_BUSINESS_CENTER: '1' });
  expect(await putMember(app, 'sam', 'ADMIN')).toBe('409 limit_reached');
  expect(await sql(app, `select user_role from member where user_id = 'sam' and valid_to is null`)).toEqual([
    { user_role: 'STANDARD' },
  ]);
  expect(await putMember(app, 'adm', 'STANDARD')).toBe('200');
  expect(await putMember(app, 'sam', 'ADMIN')).toBe('200');
});

test('accounts of a Business Center: a widened grant takes no second place', async () => {
  const app = await limitedTo({ ACCOUNTS_PER_BUSINESS_CENTER: '1' });
  await grant(app, ['POST']);
  await grant(app, ['LIVE']);
  const token = await requestToken(app, ['POST']);
  expect(await outcome(app, 'POST', `/v1/consents/${token}/approve`, APPROVE_AS('other'))).toBe('409 limit_reached');
  await assign(app, 'sam', ['LIVE', 'POST']);
});

test('Business Centers of an account: a refused approval leaves the request to be approved later', async () => {
  const app = await limitedTo({ BUSINESS_CENTERS_PER_ACCOUNT: '1' });
  await grant(app, ['POST']);
  const token = await requestToken(app, ['POST'], 'bc2', 'ext');
  const approve = async (): Promise<string> =>
    outcome(app, 'POST', `/v1/consents/${token}/approve`, APPROVE_AS('brand'));
  expect(await approve()).toBe('409 limit_reached');
  expect(await outcome(app, 'DELETE', `${BC1}/tiktok-accounts/brand`, { actor: 'user:adm' })).toBe('200');
  expect(await approve()).toBe('200');
});

test('pending requests: as many as the setting says; a cancelled one makes room', async () => {
  const app = await limitedTo({ PENDING_REQUESTS_PER_BUSINESS_CENTER: '2' });
  const ask = { actor: 'user:adm', body: { scopes: ['POST'] } };
  await requestToken(app, ['POST']);
  const { body } = await app.call('POST', `${BC1}/access-requests`, ask);
  expect(await outcome(app, 'POST', `${BC1}/access-requests`, ask)).toBe('409 limit_reached');
  await requestToken(app, ['POST'], 'bc2', 'ext');
  expect(await outcome(app, 'POST', `${BC1}/access-requests/${body.id}/cancel`, { actor: 'user:adm' })).toBe('200');
  expect(await outcome(app, 'POST', `${BC1}/access-requests`, ask)).toBe('201');
});

test('an import is held to the same limits', async () => {
  const app = await limitedTo({ MEMBERS_PER_BUSINESS_CENTER: '3' });
  await put(app, `${BC1}/members/third`, { user_role: 'STANDARD' });
  const body = JSON.stringify({ type: 'member', bc_id: 'bc1', user_id: 'fourth', user_role: 'STANDARD' });
  expect(await outcome(app, 'POST', '/v1/relationships/import', { body })).toBe('409 limit_reached');
});
