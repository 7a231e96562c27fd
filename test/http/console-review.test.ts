import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, grant, put, standardWorld } from '../support/cast.ts';
import { signInAs, type SignedInBrowser } from '../support/signed-in.ts';

let app: TestApp;
let rita: SignedInBrowser;

beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await put(app, '/v1/ad-accounts/adv1/members/sam', { advertiser_role: 'OPERATOR' });
  await grant(app, ['POST']);
  await assign(app, 'sam', ['POST']);
  await put(app, '/v1/entities/user/rita', { attributes: { reviewer: true } });
  rita = await signInAs(app, 'user:rita');
});
afterAll(async () => app.close());

async function asks(question: Record<string, string>, by = rita): Promise<{ status: number; text: string }> {
  const fields = { subject_type: 'user', resource_type: 'tiktok_account', resource_id: 'brand', ...question };
  const answer = await by.get(`/review?${new URLSearchParams(fields).toString()}`);
  const text = (await answer.text()).replaceAll(/<(?:!--)?[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  return { status: answer.status, text };
}

test('an ALLOW is told with its path, its rule, its role and its bundle', async () => {
  const { text } = await asks({ subject_id: 'sam', action: 'create_spark_ad', properties: '{"advertiser_id":"adv1"}' });
  expect(text).toMatch(/Answer ALLOW Path \(via\) BUSINESS_CENTER/);
  expect(text).toMatch(/Rules that held assigned-members-create-spark-ads-at-all R8/);
  expect(text).toContain('resource.tiktok_account.vdefault');
  expect(text).toContain(app.runtime.services.decider.policy);
});

test('a DENY is told with what is missing and the smallest changes', async () => {
  const { text } = await asks({ subject_id: 'adm', action: 'read_live_videos' });
  expect(text).toMatch(/Answer DENY.*NO_ASSIGNMENT.*SCOPE_NOT_GRANTED/);
  expect(text).toMatch(/\/paths\/0\/granted \[&quot;POST&quot;\] \[&quot;LIVE&quot;,&quot;POST&quot;\]/);
  expect(text).toMatch(/\/paths\/0\/assigned \[\] \[&quot;LIVE&quot;\]/);
  expect(text).toMatch(
    /Rules about this action assigned-members-read-live-videos allows linked-users-read-live-videos/,
  );
});

test('the changes are the smallest: no scope more than the action asks for', async () => {
  const { text } = await asks({ subject_id: 'adm', action: 'create_spark_ad', properties: '{"advertiser_id":"adv1"}' });
  expect(text).toMatch(/NO_ASSIGNMENT.*ADVERTISER_ROLE_INSUFFICIENT/);
  expect(text).toMatch(/\/paths\/0\/assigned \[\] \[&quot;POST&quot;\]/);
  expect(text).not.toContain('/paths/0/granted');
});

test('what a service sends of subject, resource and context can be sent here too', async () => {
  const json = { subject_properties: '{"a":1}', resource_properties: '{"b":2}', context: '{"c":3}' };
  const fine = await asks({ subject_id: 'sam', action: 'view', ...json });
  expect(fine.status).toBe(200);
  for (const value of Object.values(json)) expect(fine.text).toContain(value.replaceAll('"', '&quot;'));
  const refused = await asks({ subject_id: 'sam', action: 'view', ...json, context: '[1]' });
  expect([refused.status, refused.text.includes('Context (JSON): This is not a JSON object.')]).toEqual([400, true]);
});

test('subject properties reach the policies', async () => {
  const question = {
    subject_id: 'new',
    action: 'review',
    resource_type: 'policy_review',
    resource_id: 'policy_review',
  };
  expect((await asks(question)).text).toMatch(/Answer DENY/);
  expect((await asks({ ...question, subject_properties: '{"reviewer":true}' })).text).toMatch(/Answer ALLOW/);
});

test('whoever is in no Business Center is led to none', async () => {
  expect(await (await rita.get('/review')).text()).not.toContain('Your Business Centers');
  await put(app, '/v1/business-centers/bc1/members/both', { user_role: 'STANDARD' });
  await put(app, '/v1/entities/user/both', { attributes: { reviewer: true } });
  expect(await (await (await signInAs(app, 'user:both')).get('/review')).text()).toContain('Your Business Centers');
});

test('an administrator’s derived role is told', async () => {
  const { text } = await asks({ subject_id: 'adm', action: 'revoke_grant', properties: '{"bc_id":"bc1"}' });
  expect(text).toMatch(/Rules that held administrators-revoke-grants R10/);
  expect(text).toMatch(/Derived roles that applied.*grantee_administrator/);
});

test('unknown actions, things and kinds are denied in words', async () => {
  expect((await asks({ subject_id: 'sam', action: 'fly' })).text).toMatch(/DENY.*UNKNOWN_ACTION/);
  expect((await asks({ subject_id: 'sam', action: 'view', resource_id: 'nowhere' })).text).toMatch(/UNKNOWN_RESOURCE/);
  expect((await asks({ subject_id: 'sam', action: 'view', resource_type: 'moon' })).text).toMatch(/UNKNOWN_RESOURCE/);
});

test('a question that cannot be asked comes back as it was typed', async () => {
  const { status, text } = await asks({ subject_id: '', action: 'view', properties: '{"a":' });
  expect(status).toBe(400);
  expect(text).toContain('Subject ID: Fill this in');
  expect(text).toContain('This is not a JSON object.');
  expect(text).toContain('{&quot;a&quot;:');
  expect((await asks({ subject_id: 'sam', action: 'view', properties: '{"bc_id":7}' })).status).toBe(400);
});

test('the table of the source page is rendered from the policies', async () => {
  const { text } = await asks({ subject_id: 'sam', action: 'view' });
  const row = (name: string): string =>
    new RegExp(`${name} (.*?)(?= [a-z]+(?:_[a-z]+)+ |Policy bundle)`).exec(text)?.[1] ?? '';
  expect(text).toMatch(/request_account_access Yes No No No No/);
  expect(text).toMatch(/assign_member Yes No No No No/);
  expect(text).toMatch(/ view Yes Only accounts that are assigned to them No No No/);
  const both = 'If assigned, and admin or operator of the ad account';
  expect(text).toContain(`create_spark_ad ${both} ${both} If admin or operator of the ad account No No`);
  expect(row('revoke_grant')).toMatch(/^Yes No No Yes No/);
});

test.each(['adm', 'sam', 'ext', 'stranger'])('%s, who is no reviewer, may not ask', async (user) => {
  const by = await signInAs(app, `user:${user}`);
  expect((await asks({ subject_id: 'sam', action: 'view' }, by)).status).toBe(403);
  const refused = await by.get('/review');
  expect(refused.status).toBe(403);
  const said = await refused.text();
  expect(said).toMatch(/Only policy reviewers may see this/);
  expect(said).not.toMatch(/A required fact/);
  expect(said.includes('Your Business Centers'), 'the frame').toBe(user !== 'stranger');
  expect(said.includes('<nav class="side"'), 'and the ways of the Business Center').toBe(user !== 'stranger');
});

test('a reviewer is one only as long as the attribute says so', async () => {
  await put(app, '/v1/entities/user/former', { attributes: { reviewer: true } });
  const former = await signInAs(app, 'user:former');
  expect((await former.get('/review')).status).toBe(200);
  expect(await (await former.get('/console')).text()).toContain('/review');
  await put(app, '/v1/entities/user/former', { attributes: { reviewer: false } });
  expect((await former.get('/review')).status).toBe(403);
  expect(await (await former.get('/console')).text()).not.toContain('"/review"');
});
