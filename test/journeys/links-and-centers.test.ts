import { expect, test } from 'vitest';
import { assign, decision, grant, put } from '../support/cast.ts';
import { outcome } from '../support/outcome.ts';
import { sql } from '../support/sql.ts';
import { P1, world } from '../support/world.ts';

const BRAND = 'tiktok_account:brand';
const OWNER = { actor: BRAND };
const LINK = '/v1/tiktok-accounts/brand/links/sam';

test('a link and a membership: the union of both, and each goes its own way', async () => {
  const app = await world({ granted: ['LIVE'], assigned: { sam: ['LIVE'] }, roles: { 'sam@adv1': 'OPERATOR' } });
  const all = async (): Promise<string[]> => {
    const post = { advertiser_id: 'adv1', post: P1 };
    const live = { advertiser_id: 'adv1', live: { live_id: 'l1' } };
    return [
      await decision(app, 'sam', 'create_spark_ad', BRAND, post),
      await decision(app, 'sam', 'create_spark_ad', BRAND, live),
    ];
  };
  const noPost = 'DENY SCOPE_NOT_GRANTED SCOPE_NOT_ASSIGNED';
  expect(await all()).toEqual([noPost, 'ALLOW via BUSINESS_CENTER']);

  await put(app, LINK, { scopes: ['POST'] });
  expect(await all()).toEqual(['ALLOW via ACCOUNT_LINK', 'ALLOW via BUSINESS_CENTER']);

  await app.call('DELETE', '/v1/tiktok-accounts/brand/grants/bc1', OWNER);
  expect(await all()).toEqual(['ALLOW via ACCOUNT_LINK', 'DENY GRANT_REVOKED NO_ASSIGNMENT']);

  await put(app, LINK, { scopes: ['POST', 'LIVE'] });
  expect(await all()).toEqual(['ALLOW via ACCOUNT_LINK', 'ALLOW via ACCOUNT_LINK']);

  expect(await outcome(app, 'DELETE', LINK)).toBe('204');
  expect(await all()).toEqual(['DENY GRANT_REVOKED NO_ASSIGNMENT', 'DENY GRANT_REVOKED NO_ASSIGNMENT']);
});

test('two Business Centers hold one account, and know nothing of each other', async () => {
  const app = await world({ granted: ['POST'], assigned: { sam: ['POST'] } });
  await put(app, '/v1/business-centers/bc2/members/sam', { user_role: 'STANDARD' });
  await grant(app, ['LIVE', 'POST'], 'bc2', 'brand', 'ext');
  await assign(app, 'sam', ['LIVE'], 'bc2', 'ext');
  const through = async (bcId?: string): Promise<string[]> => {
    const properties = bcId === undefined ? {} : { bc_id: bcId };
    return [
      await decision(app, 'sam', 'read_public_videos', BRAND, properties),
      await decision(app, 'sam', 'read_live_videos', BRAND, properties),
    ];
  };
  const allow = 'ALLOW via BUSINESS_CENTER';
  expect(await through()).toEqual([allow, allow]);
  expect(await through('bc1')).toEqual([allow, 'DENY SCOPE_NOT_GRANTED SCOPE_NOT_ASSIGNED']);
  expect(await through('bc2')).toEqual(['DENY SCOPE_NOT_ASSIGNED', allow]);

  expect(await decision(app, 'adm', 'revoke_grant', BRAND, { bc_id: 'bc2' })).toBe('DENY NOT_A_MEMBER NOT_AN_ADMIN');
  expect(await outcome(app, 'DELETE', '/v1/business-centers/bc2/tiktok-accounts/brand', { actor: 'user:adm' })).toBe(
    '404 not_found',
  );

  expect(await outcome(app, 'DELETE', '/v1/business-centers/bc1/tiktok-accounts/brand', { actor: 'user:adm' })).toBe(
    '200',
  );
  expect(await through('bc1')).toEqual(['DENY GRANT_REVOKED NO_ASSIGNMENT', 'DENY GRANT_REVOKED NO_ASSIGNMENT']);
  expect(await through('bc2')).toEqual(['DENY SCOPE_NOT_ASSIGNED', allow]);

  expect(await outcome(app, 'DELETE', '/v1/business-centers/bc2/members/sam')).toBe('204');
  expect(await through()).toEqual(['DENY GRANT_REVOKED NO_ASSIGNMENT', 'DENY GRANT_REVOKED NO_ASSIGNMENT']);
});

test('who had access on a day, and who gave and took it: the rows and the trail tell', async () => {
  const app = await world({ granted: ['POST'], assigned: { sam: ['POST'] } });
  await app.call('DELETE', '/v1/tiktok-accounts/brand/grants/bc1', OWNER);
  const [row] = await sql(app, 'select *, valid_to >= valid_from as lasted from assignment');
  expect(row).toMatchObject({ user_id: 'sam', begun_by: 'user:adm', ended_by: BRAND, lasted: true });
  const { body } = await app.call('GET', '/v1/audit?bc_id=bc1&limit=200');
  const steps = body.items.map((it: { actor: string; event: string }) => `${it.actor} ${it.event}`);
  expect(steps.slice(-6)).toEqual([
    'user:adm access_request.created',
    `${BRAND} access_request.approved`,
    `${BRAND} account_grant.opened`,
    'user:adm assignment.put',
    `${BRAND} account_grant.revoked`,
    `${BRAND} assignment.ended`,
  ]);
  const [revoked, ended] = body.items.slice(-2);
  expect(ended.revision).toBe(revoked.revision);
  expect(row?.['ended_write']).toBe(revoked.revision);
});
