import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, entity, grant, put, standardWorld } from '../support/cast.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await grant(app, ['POST']);
  await assign(app, 'sam', ['POST']);
  await put(app, '/v1/ad-accounts/adv1/members/sam', { advertiser_role: 'OPERATOR' });
  await put(app, '/v1/tiktok-accounts/brand/links/lee', { scopes: ['POST'] });
});
afterAll(async () => app.close());

const IN_ADV1 = { advertiser_id: 'adv1' };

async function search(what: 'subject' | 'resource' | 'action', body: object): Promise<string[]> {
  const answer = await app.call('POST', `/access/v1/search/${what}`, { body });
  expect(answer.status).toBe(200);
  expect(answer.body.page.next_token).toBe('');
  return answer.body.results.map((found: { id?: string; name?: string }) => found.id ?? found.name);
}

test('which subjects: those who may, by key order', async () => {
  const who = async (name: string, properties = {}): Promise<string[]> =>
    search('subject', {
      subject: { type: 'user' },
      action: { name, properties },
      resource: entity('tiktok_account:brand'),
    });
  expect(await who('view')).toEqual(['adm', 'sam']);
  expect(await who('read_public_videos')).toEqual(['lee', 'sam']);
  expect(await who('read_public_videos', { bc_id: 'bc1' })).toEqual(['sam']);
  expect(await who('create_spark_ad', IN_ADV1)).toEqual(['sam']);
  expect(await who('read_live_videos')).toEqual([]);
});

test('which resources: those that one may act on', async () => {
  const where = async (subject: string, name: string, type = 'tiktok_account', properties = {}): Promise<string[]> =>
    search('resource', { subject: entity(subject), action: { name, properties }, resource: { type } });
  expect(await where('sam', 'create_spark_ad', 'tiktok_account', IN_ADV1)).toEqual(['brand']);
  expect(await where('adm', 'create_spark_ad', 'tiktok_account', IN_ADV1)).toEqual([]);
  expect(await where('adm', 'view')).toEqual(['brand']);
  expect(await where('adm', 'request_account_access', 'business_center')).toEqual(['bc1']);
  expect(await where('tiktok_account:brand', 'view_grants')).toEqual(['brand']);
});

test('which actions: all of the kind that are allowed', async () => {
  const what = async (subject: string): Promise<string[]> =>
    search('action', { subject: entity(subject), resource: entity('tiktok_account:brand') });
  expect(await what('sam')).toEqual(['read_profile', 'read_public_videos', 'view']);
  expect(await what('adm')).toEqual([
    'assign_member',
    'revoke_grant',
    'unassign_member',
    'view',
    'view_account_history',
    'view_assignments',
  ]);
  expect(await what('nobody')).toEqual([]);
});

test('which actions: properties take part as in an evaluation', async () => {
  const found = await search('action', {
    subject: entity('sam'),
    action: { name: 'ignored', properties: IN_ADV1 },
    resource: entity('tiktok_account:brand'),
  });
  expect(found).toContain('create_spark_ad');
});

test('412 before the revision that is asked for, and 400 for what is none', async () => {
  const body = { subject: entity('sam'), action: { name: 'view' }, resource: { type: 'tiktok_account' } };
  const at = async (revision: string): Promise<number> =>
    (
      await app.call('POST', '/access/v1/search/resource', {
        body,
        headers: { 'X-Sparkgate-Revision': revision },
      })
    ).status;
  const revision = await put(app, '/v1/business-centers/bc1', { name: 'Another name' });
  expect(await at(revision)).toBe(200);
  const [cluster, timeline] = revision.split('.');
  expect(await at(`${cluster}.${timeline}.999999999999999`)).toBe(412);
  expect(await at('zzz')).toBe(400);
});

test('a page token goes on in the same query, in whichever order its names stand', async () => {
  const asked = (properties: object) => ({
    subject: { type: 'user' },
    action: { name: 'view', properties },
    resource: entity('tiktok_account:brand'),
  });
  const call = async (properties: object, page: object) =>
    app.call('POST', '/access/v1/search/subject', { body: { ...asked(properties), page } });
  const first = await call({ bc_id: 'bc1', advertiser_id: 'adv1' }, { limit: 1 });
  const token = first.body.page.next_token;
  const second = await call({ advertiser_id: 'adv1', bc_id: 'bc1' }, { limit: 1, token });
  expect([first.body.results, second.body.results]).toEqual([[entity('user:adm')], [entity('user:sam')]]);
});
