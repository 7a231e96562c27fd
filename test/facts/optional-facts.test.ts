import { decisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBundle } from '../../src/decision/bundle.ts';
import { wholeInput } from '../../src/decision/policies.ts';
import { GIVEN, VECTOR_SCHEMAS } from '../../src/facts/kinds.ts';
import { EVERYTHING } from '../../src/facts/vocabulary.ts';
import { ADMIN_KEY, testApp, type TestApp } from '../support/app.ts';
import { assign, decision, grant, put, requestToken, standardWorld } from '../support/cast.ts';
import { policiesDeclaring } from '../support/declared.ts';
import { bring, ndjson } from '../support/ndjson.ts';
import type { Edit } from '../support/policy-dir.ts';
import { sql } from '../support/sql.ts';

// What a reviewer declares in a schema is sent, and nothing else is.

const ACCOUNT = 'resource_policies/tiktok_account.yaml';
const REQUEST = 'resource_policies/access_request.yaml';
const deny = (action: string, expr: string): string =>
  `    - {name: denies-${action}, actions: [${action}], effect: EFFECT_DENY, roles: ["*"], output: {when: {ruleActivated: '"own"'}}, condition: {match: {expr: '${expr}'}}}\n`;

/** Four eyes over assignments and requests, and Spark Ads in a Business Center's own ad accounts alone. */
const EDITS: Edit[] = [
  [ACCOUNT, '  rules:\n', `  rules:\n${deny('read_profile', 'R.attr.paths.exists(p, size(p.self_assigned) > 0)')}`],
  [
    ACCOUNT,
    'runs_ads_there: R.attr.advertiser_role in C.roles_that_run_ads',
    'runs_ads_there: R.attr.advertiser_role in C.roles_that_run_ads && R.attr.paths.exists(p, p.owns_ad_account == true)',
  ],
  [REQUEST, '  rules:\n', `  rules:\n${deny('cancel', 'R.attr.requested_by_subject')}`],
];
const DECLARED = ['paths.self_assigned', 'paths.owns_ad_account', 'requested_by_subject'];

let app: TestApp;
let remove: () => Promise<void>;
beforeAll(async () => {
  const policies = await policiesDeclaring(DECLARED, ...EDITS);
  remove = policies.remove;
  app = await testApp(policies.environment);
  await standardWorld(app);
  await put(app, '/v1/business-centers/bc1/members/eve', { user_role: 'ADMIN' });
  await grant(app, ['LIVE', 'POST']);
});
afterAll(async () => {
  await app.close();
  await remove();
});

const trail = async (): Promise<unknown> => {
  const rows = await sql<{ flags: string[] }>(
    app,
    `select flags from audit_entry where event = 'assignment.put' and subject_id = 'adm' order by id desc limit 1`,
  );
  return rows[0]?.flags;
};
const own = async (user = 'adm'): Promise<unknown> => {
  const rows = await sql<{ self_assigned: string[] }>(
    app,
    `select self_assigned from assignment where user_id = $1 and valid_to is null`,
    [user],
  );
  return rows[0]?.self_assigned;
};

const exported = async (from: TestApp): Promise<string> => {
  const headers = { Authorization: `Bearer ${ADMIN_KEY}` };
  return (await from.request('/v1/relationships/export', { headers })).text();
};

test.each(DECLARED)('a rule that reads %s without a schema that declares it is refused', async (name) => {
  const policies = await policiesDeclaring(
    DECLARED.filter((it) => it !== name),
    ...EDITS,
  );
  const part = name.split('.').at(-1);
  await expect(readBundle(policies.environment.POLICY_DIR)).rejects.toThrow(
    new RegExp(`yaml:\\d+: reads \\S*${part}\\S*, which is never sent.* Declare it in the schema of`),
  );
  await policies.remove();
});

test('what some policies are sent is put to others as far as they declare it', () => {
  const resourceAttr = { status: 'PENDING', owner: false, requested_by_subject: true, clock: { weekday: 'MONDAY' } };
  const asked = decisionInput({ kind: 'access_request', action: 'view', roles: ['user'], resourceAttr });
  const given = wholeInput(asked, GIVEN).resourceAttr;
  expect(VECTOR_SCHEMAS.access_request.safeParse(given).error).toBeUndefined();
  expect(given).toMatchObject({ status: 'PENDING', owner: false, center_frozen: false });
  expect(wholeInput(asked, EVERYTHING).resourceAttr).toMatchObject({
    requested_by_subject: true,
    clock: { weekday: 'MONDAY', minute_of_day: 0 },
  });
});

test('what one administrator assigns to themself takes another, who confirms it by assigning the same', async () => {
  await assign(app, 'adm', ['POST']);
  expect([await own(), await trail()]).toEqual([['POST'], ['SELF_ASSIGNED']]);
  expect(await decision(app, 'adm', 'read_profile')).toBe('DENY ATTRIBUTE_INSUFFICIENT');
  // Wider by another, it still holds what they added themself.
  await assign(app, 'adm', ['LIVE', 'POST'], 'bc1', 'eve');
  expect(await own()).toEqual(['POST']);
  expect(await decision(app, 'adm', 'read_profile')).toBe('DENY ATTRIBUTE_INSUFFICIENT');
  await assign(app, 'adm', ['LIVE', 'POST']);
  expect(await own()).toEqual(['POST']);
  await assign(app, 'adm', ['LIVE', 'POST'], 'bc1', 'eve');
  expect([await own(), await trail()]).toEqual([[], ['CONFIRMED']]);
  expect(await decision(app, 'adm', 'read_profile')).toBe('ALLOW via BUSINESS_CENTER');
  // What others gave and the member takes and gives again is their own.
  await assign(app, 'adm', ['LIVE']);
  await assign(app, 'adm', ['LIVE', 'POST']);
  expect(await own()).toEqual(['POST']);
});

test('a wider grant keeps what members added themselves, and so do export and import', async () => {
  await assign(app, 'eve', ['POST'], 'bc1', 'eve');
  await grant(app, ['POST']);
  expect(await own('eve')).toEqual(['POST']);
  const file = await exported(app);
  const line = file.split('\n').find((it) => it.includes('"eve"') && it.includes('assignment')) ?? '';
  expect(JSON.parse(line)).toMatchObject({ scopes: ['POST'], by: { POST: 'user:eve' } });

  const other = await testApp();
  await bring(other, file);
  expect(await exported(other)).toBe(file);
  // A line that does not say leaves it as it was; one that names somebody else, or nobody, does not.
  const { by: _by, ...silent } = JSON.parse(line) as Record<string, unknown>;
  const after = async (said: object): Promise<unknown> => {
    const { body } = await bring(other, ndjson({ ...silent, ...said }));
    const text = await exported(other);
    const found = text.split('\n').find((it) => it.includes('"eve"') && it.includes('assignment')) ?? '{}';
    return [body.changed, (JSON.parse(found) as { by?: unknown }).by];
  };
  expect(await after({})).toEqual([{}, { POST: 'user:eve' }]);
  expect(await after({ by: { POST: 'user:adm' } })).toEqual([{ assignment: 1 }, undefined]);
  expect(await after({ by: { POST: 'user:eve' } })).toEqual([{ assignment: 1 }, { POST: 'user:eve' }]);
  expect(await after({ by: {} })).toEqual([{ assignment: 1 }, undefined]);
  await other.close();
});

test('an ad account counts for the Business Center that it belongs to, from the very next check on', async () => {
  await assign(app, 'sam', ['POST']);
  for (const id of ['adv1', 'adv9'])
    await put(app, `/v1/ad-accounts/${id}/members/sam`, { advertiser_role: 'OPERATOR' });
  const ad = async (id: string): Promise<string> =>
    decision(app, 'sam', 'create_spark_ad', 'tiktok_account:brand', { advertiser_id: id });
  expect([await ad('adv1'), await ad('adv9')]).toEqual(['ALLOW via BUSINESS_CENTER', 'DENY ATTRIBUTE_INSUFFICIENT']);
  await put(app, '/v1/ad-accounts/adv9', { name: 'Ours now', bc_id: 'bc1' });
  await put(app, '/v1/ad-accounts/adv9/members/sam', { advertiser_role: 'OPERATOR' });
  expect(await ad('adv9')).toBe('ALLOW via BUSINESS_CENTER');
  const found = await app.call('POST', '/access/v1/search/subject', {
    body: {
      subject: { type: 'user' },
      action: { name: 'create_spark_ad', properties: { advertiser_id: 'adv9' } },
      resource: { type: 'tiktok_account', id: 'brand' },
    },
  });
  expect(found.body.results).toEqual([{ type: 'user', id: 'sam' }]);
});

test('who made a request takes another administrator to cancel it', async () => {
  await requestToken(app, ['POST']);
  const { body } = await app.call('GET', '/v1/business-centers/bc1/access-requests', { actor: 'user:adm' });
  const id = body.items.find(({ status }: { status: string }) => status === 'PENDING').id as string;
  const cancel = async (by: string): Promise<number> =>
    (await app.call('POST', `/v1/business-centers/bc1/access-requests/${id}/cancel`, { actor: `user:${by}` })).status;
  expect([await decision(app, 'adm', 'cancel', `access_request:${id}`), await cancel('adm')]).toEqual([
    'DENY ATTRIBUTE_INSUFFICIENT',
    403,
  ]);
  expect(await cancel('eve')).toBe(200);
});
