import { describe, expect, test } from 'vitest';
import type { TestApp } from '../support/app.ts';
import { assign, decision, grant, put, tokenOf } from '../support/cast.ts';
import { outcome } from '../support/outcome.ts';
import { world } from '../support/world.ts';

const BC1 = '/v1/business-centers/bc1';
const ADM = { actor: 'user:adm' };
const BRAND = { actor: 'tiktok_account:brand' };
const OTHER = { actor: 'tiktok_account:other' };

const ask = async (app: TestApp, body: object) => app.call('POST', `${BC1}/access-requests`, { ...ADM, body });
const answer = async (app: TestApp, token: string, what: string, actor = BRAND): Promise<string> =>
  outcome(app, 'POST', `/v1/consents/${token}/${what}`, actor);

describe('an access request', () => {
  test('is told with its link, which no later answer repeats', async () => {
    const app = await world();
    const { status, body } = await ask(app, { scopes: ['POST', 'LIVE', 'POST'], expires_in: 3600 });
    expect(status).toBe(201);
    const { consent_url: url, ...rest } = body;
    expect(rest).toMatchObject({ bc_id: 'bc1', status: 'PENDING', scopes: ['LIVE', 'POST'], requested_by: 'adm' });
    expect(rest.code).toMatch(/^[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}$/);
    expect(Date.parse(rest.expires_at) - Date.parse(rest.created_at)).toBe(3_600_000);
    expect(tokenOf(url)).toMatch(/^[\w-]{43}$/);
    const [one, list] = [
      await app.call('GET', `${BC1}/access-requests/${body.id}`, ADM),
      await app.call('GET', `${BC1}/access-requests`, ADM),
    ];
    expect(one.body).toEqual(rest);
    expect(list.body).toEqual({ items: [rest], next_cursor: null });
    const audit = await app.call('GET', '/v1/audit?limit=200');
    expect(JSON.stringify(audit.body)).not.toContain(tokenOf(url));
  });

  test('400: too short or long a life, and an account that is none', async () => {
    const app = await world();
    for (const more of [{ expires_in: 59 }, { expires_in: 604_801 }, { expires_in: 60.5 }, { tiktok_account_id: '' }]) {
      expect((await ask(app, { scopes: ['POST'], ...more })).status).toBe(400);
    }
    expect((await ask(app, { scopes: ['POST'], expires_in: 604_800 })).status).toBe(201);
  });

  test("meant for one account: another's approval is refused and leaves it pending", async () => {
    const app = await world();
    const { body } = await ask(app, { scopes: ['POST'], tiktok_account_id: 'brand' });
    const token = tokenOf(body.consent_url);
    expect(await answer(app, token, 'approve', OTHER)).toBe('403 forbidden NOT_THE_OWNER');
    expect(await answer(app, token, 'decline', OTHER)).toBe('403 forbidden NOT_THE_OWNER');
    expect(await decision(app, 'adm', 'view', 'tiktok_account:other')).toBe('DENY NO_GRANT');
    expect(await answer(app, token, 'approve')).toBe('200');
    expect(await decision(app, 'adm', 'view')).toBe('ALLOW via BUSINESS_CENTER');
  });

  test('meant for nobody in particular: whoever approves is granted, even if not heard of before', async () => {
    const app = await world();
    const { body } = await ask(app, { scopes: ['LIVE'] });
    expect(await answer(app, tokenOf(body.consent_url), 'approve', { actor: 'tiktok_account:new' })).toBe('200');
    const { body: list } = await app.call('GET', `${BC1}/tiktok-accounts`, ADM);
    expect(list.items).toMatchObject([{ tiktok_account_id: 'new', handle: null, scopes: ['LIVE'] }]);
    const { body: request } = await app.call('GET', `${BC1}/access-requests/${body.id}`, ADM);
    expect(request).toMatchObject({ status: 'APPROVED', tiktok_account_id: 'new' });
  });

  test('declined: no grant, and the link is used up', async () => {
    const app = await world();
    const { body } = await ask(app, { scopes: ['POST'] });
    const token = tokenOf(body.consent_url);
    expect(await answer(app, token, 'decline')).toBe('200');
    expect(await answer(app, token, 'approve')).toBe('404 consent_not_available');
    expect(await decision(app, 'adm', 'view')).toBe('DENY NO_GRANT');
  });

  test('cancelled twice: the second time there is nothing to cancel', async () => {
    const app = await world();
    const { body } = await ask(app, { scopes: ['POST'] });
    const cancel = async (): Promise<string> => outcome(app, 'POST', `${BC1}/access-requests/${body.id}/cancel`, ADM);
    expect([await cancel(), await cancel()]).toEqual(['200', '403 forbidden REQUEST_NOT_PENDING']);
  });
});

describe('a consent', () => {
  test('shows who asks for what, what it results in, for how long, and who may end it', async () => {
    const app = await world({ granted: ['LIVE'] });
    const { body } = await ask(app, { scopes: ['POST'] });
    const shown = await app.call('GET', `/v1/consents/${tokenOf(body.consent_url)}`, BRAND);
    expect(shown.headers.get('Cache-Control')).toBe('no-store');
    expect(shown.headers.get('Referrer-Policy')).toBe('no-referrer');
    expect(shown.body).toEqual({
      business_center: { bc_id: 'bc1', name: 'Bright Agency' },
      requested_by: 'adm',
      scopes: ['POST'],
      resulting_scopes: ['LIVE', 'POST'],
      code: body.code,
      expires_at: body.expires_at,
      signed_in_as: 'brand',
      handle: '@brand',
      held_scopes: ['LIVE'],
      grant_expires_at: null,
      revocable_by: ['the owner of the TikTok account', 'any administrator of the Business Center'],
    });
  });

  test('a second approval widens the grant and keeps what was assigned', async () => {
    const app = await world({ granted: ['POST'], assigned: { sam: ['POST'] } });
    await grant(app, ['LIVE']);
    expect(await decision(app, 'sam', 'read_public_videos')).toBe('ALLOW via BUSINESS_CENTER');
    expect(await decision(app, 'sam', 'read_live_videos')).toBe('DENY SCOPE_NOT_ASSIGNED');
    const { body } = await app.call('GET', '/v1/tiktok-accounts/brand/grants', BRAND);
    expect(body.items).toMatchObject([{ bc_id: 'bc1', scopes: ['LIVE', 'POST'], members: 1 }]);
    await assign(app, 'sam', ['LIVE', 'POST']);
    expect(await decision(app, 'sam', 'read_live_videos')).toBe('ALLOW via BUSINESS_CENTER');
  });
});

describe('assignments and grants', () => {
  test('an administrator who assigns themself is flagged in the trail, another is not', async () => {
    const app = await world({ granted: ['POST'], assigned: { adm: ['POST'], sam: ['POST'] } });
    const { body } = await app.call('GET', '/v1/audit?bc_id=bc1&limit=200');
    const puts = body.items.filter((entry: { event: string }) => entry.event === 'assignment.put');
    expect(puts).toMatchObject([
      { actor: 'user:adm', subject: { type: 'user', id: 'adm' }, flags: ['SELF_ASSIGNED'] },
      { actor: 'user:adm', subject: { type: 'user', id: 'sam' }, flags: [], after: { scopes: ['POST'] } },
    ]);
  });

  test('unassigning is for administrators, at once, and of what is gone 204', async () => {
    const app = await world({ granted: ['POST'], assigned: { sam: ['POST'] } });
    const path = `${BC1}/tiktok-accounts/brand/members/sam`;
    expect(await outcome(app, 'DELETE', path, { actor: 'user:sam' })).toBe('403 forbidden NOT_AN_ADMIN');
    expect(await decision(app, 'sam', 'read_profile')).toBe('ALLOW via BUSINESS_CENTER');
    expect(await outcome(app, 'DELETE', path, ADM)).toBe('204');
    expect(await decision(app, 'sam', 'read_profile')).toBe('DENY NO_ASSIGNMENT');
    expect(await outcome(app, 'DELETE', path, ADM)).toBe('204');
  });

  test('the owner lists who holds the account and revokes one of them; the other keeps it', async () => {
    const app = await world({ granted: ['POST'], assigned: { sam: ['POST'] } });
    await grant(app, ['LIVE'], 'bc2', 'brand', 'ext');
    const grants = async (): Promise<string[]> => {
      const { body } = await app.call('GET', '/v1/tiktok-accounts/brand/grants', BRAND);
      return body.items.map((it: { bc_id: string; members: number }) => `${it.bc_id} ${it.members}`);
    };
    expect(await grants()).toEqual(['bc1 1', 'bc2 0']);
    const revoked = await app.call('DELETE', '/v1/tiktok-accounts/brand/grants/bc1', BRAND);
    expect(revoked.body).toMatchObject({ bc_id: 'bc1', revoked_at: expect.any(String), assignments_ended: 1 });
    expect(revoked.body.obligations).toMatchObject([{ code: 'PAUSE_RECOMMENDED' }]);
    expect(await grants()).toEqual(['bc2 0']);
    expect(await outcome(app, 'DELETE', '/v1/tiktok-accounts/brand/grants/bc1', BRAND)).toBe('404 not_found');
  });

  test('any administrator of the grantee revokes, whoever asked; a standard member does not', async () => {
    const app = await world({ granted: ['POST'], assigned: { sam: ['POST'] } });
    await put(app, `${BC1}/members/zoe`, { user_role: 'ADMIN' });
    const revoke = async (actor: string): Promise<string> =>
      outcome(app, 'DELETE', `${BC1}/tiktok-accounts/brand`, { actor });
    expect(await revoke('user:sam')).toBe('403 forbidden NOT_AN_ADMIN');
    expect(await revoke('user:zoe')).toBe('200');
    expect(await revoke('user:adm')).toBe('403 forbidden GRANT_REVOKED');
  });

  test('a check on a revoked grant recommends to pause, and only of ads', async () => {
    const app = await world({ granted: ['POST'], assigned: { sam: ['POST'] }, roles: { 'sam@adv1': 'ADMIN' } });
    await app.call('DELETE', `${BC1}/tiktok-accounts/brand`, ADM);
    const obligations = async (name: string): Promise<unknown> => {
      const action = { name, properties: { advertiser_id: 'adv1' } };
      const subject = { type: 'user', id: 'sam' };
      const resource = { type: 'tiktok_account', id: 'brand' };
      const { body } = await app.call('POST', '/access/v1/evaluation', { body: { subject, action, resource } });
      return body.context.obligations.map((it: { code: string }) => it.code);
    };
    expect(await obligations('create_spark_ad')).toEqual(['PAUSE_RECOMMENDED']);
    expect(await obligations('read_profile')).toEqual([]);
  });
});
