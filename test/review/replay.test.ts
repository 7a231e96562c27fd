import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { world, P1 } from '../support/world.ts';
import { decision } from '../support/cast.ts';
import { temporaryFolder } from '../../packages/policy-workbench/test/support.ts';
import { editedPolicies, policyHere } from './support.ts';

const policy = policyHere();

let records = '';
beforeAll(async () => {
  records = RECORDS.map((it) => `${JSON.stringify(it)}\n`).join('');
});

const PATH = {
  via: 'BUSINESS_CENTER',
  user_role: 'STANDARD',
  grant: 'ACTIVE',
  granted: ['POST'],
  assigned: ['POST'],
  center_frozen: false,
};
const VECTOR = {
  paths: [PATH],
  advertiser_role: 'OPERATOR',
  account_ad_authorization: true,
  post: null,
  live: false,
  assignee: null,
  scopes: null,
  frozen_by: null,
  ad_account_frozen: false,
};
const RECORD = {
  policy: 'abc',
  revision: '7',
  kind: 'tiktok_account',
  action: 'create_spark_ad',
  roles: ['user'],
  vector: VECTOR,
  decision: true,
};
const RECORDS = [RECORD, RECORD, { ...RECORD, vector: { ...VECTOR, advertiser_role: 'ANALYST' }, decision: false }];

async function fileOf(text: string): Promise<string> {
  const file = join(await temporaryFolder(), 'decisions.ndjson');
  await writeFile(file, text);
  return file;
}

test('what the service decided and wrote down comes out the same again', async () => {
  const log = join(await temporaryFolder(), 'decisions.ndjson');
  const app = await world(
    { granted: ['POST'], assigned: { sam: ['POST'] }, roles: { 'sam@adv1': 'OPERATOR' } },
    { DECISION_LOG: log },
  );
  expect(
    await decision(app, 'sam', 'create_spark_ad', 'tiktok_account:brand', { advertiser_id: 'adv1', post: P1 }),
  ).toContain('ALLOW');
  expect(await decision(app, 'adm', 'read_profile')).toContain('DENY');
  await expect.poll(async () => readFile(log, 'utf8').catch(() => '')).toContain('"read_profile"');
  const text = await readFile(log, 'utf8');
  expect(text).not.toMatch(/"(?:sam|adm|brand)"/);
  const { code, stdout } = await policy('replay', log);
  expect(stdout).toMatch(/0 of them otherwise/);
  expect(code).toBe(0);
});

test('a decision that comes out otherwise is reported once, with its lines', async () => {
  const folder = await editedPolicies(['resource_policies/tiktok_account.yaml', '[ADMIN, OPERATOR]', '[ADMIN]']);
  const { code, stdout } = await policy('replay', await fileOf(records), '--policies', folder);
  expect(stdout).toContain('line 1 and 1 more: create_spark_ad on tiktok_account at revision 7 was ALLOW and is DENY');
  expect(stdout).toContain('3 decisions (2 different ones, by abc)');
  expect(code).toBe(12);
});

test('JUnit has a failure for each decision that comes out otherwise and each line that is wrong', async () => {
  const folder = await editedPolicies(['resource_policies/tiktok_account.yaml', '[ADMIN, OPERATOR]', '[ADMIN]']);
  const file = await fileOf(`${records}nonsense}\n`);
  const { code, stdout } = await policy('replay', file, '--policies', folder, '--output', 'junit');
  expect(stdout).toContain('<testsuites name="policy replay" tests="3" failures="2">');
  expect(stdout).toContain('name="1 decisions come out as recorded"/>');
  expect(stdout).toMatch(/<failure message="line 4 is not JSON/);
  expect(code).toBe(12);
});

test('a line that is cut off, or no record, is named, and the rest is decided', async () => {
  const file = await fileOf(`${records}{"policy":"abc"}\nnonsense}\n${records.slice(0, 60)}`);
  const { code, stdout } = await policy('replay', file);
  expect(stdout).toMatch(/line 4 is no decision record: revision/);
  expect(stdout).toContain('line 5 is not JSON');
  expect(stdout).toContain('line 6 is cut off');
  expect(stdout).toContain('3 decisions');
  expect(code).toBe(13);
});

test('a kind that is gone denies', async () => {
  const gone = await policy('replay', await fileOf(`${JSON.stringify({ ...RECORD, kind: 'gone' })}\n`));
  expect(gone).toMatchObject({ code: 12, stdout: expect.stringContaining('since no policy is about gone') });
  const refused = await policy(
    'replay',
    await fileOf(`${JSON.stringify({ ...RECORD, vector: { ...VECTOR, live: 'x' } })}\n`),
  );
  expect(refused).toMatchObject({ code: 12, stdout: expect.stringContaining('since the schema refuses /live') });
  expect(await policy('replay', await fileOf(''))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no decision record'),
  });
  expect(await policy('replay', '/nonexistent')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('cannot be read'),
  });
});

const SAMS_OWN = `apiVersion: api.cerbos.dev/v1
principalPolicy:
  principal: sam
  version: default
  rules:
    - resource: tiktok_account
      actions: [{ action: create_spark_ad, effect: EFFECT_DENY }]
`;

test('what was recorded without ids cannot be decided again by policies that look at ids', async () => {
  const folder = await editedPolicies();
  await writeFile(join(folder, 'sam.yaml'), SAMS_OWN);
  const named = { ...RECORD, subject: { id: 'sam' }, resource_id: 'brand' };
  const file = await fileOf(`${records}${JSON.stringify(named)}\n`);
  const text = await policy('replay', file, '--policies', folder);
  const why = 'cannot be decided again: the policies look at ids, and the record holds none';
  expect(text.stdout).toContain(`line 1 and 1 more: create_spark_ad on tiktok_account at revision 7 ${why}`);
  expect(text.stdout).toContain(`3 decisions ${why}.`);
  expect(text.stdout).toContain(
    'line 4: create_spark_ad on tiktok_account brand by user sam at revision 7 was ALLOW and is DENY',
  );
  expect(text.code).toBe(12);
  const alone = await fileOf(records);
  const junit = await policy('replay', alone, '--policies', folder, '--output', 'junit');
  expect(junit).toMatchObject({ code: 12, stdout: expect.stringContaining('tests="3" failures="2"') });
  const json = await policy('replay', alone, '--policies', folder, '--output', 'json');
  expect(JSON.parse(json.stdout)).toMatchObject({ differences: [], withoutIds: [{ line: 1, times: 2 }, { line: 3 }] });
  expect(json.code).toBe(12);
});

test('a file of nothing but wrong lines holds no record', async () => {
  const garbage = await policy('replay', await fileOf('nonsense}\n{"a":1}\n'));
  expect(garbage).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('line 1 is not JSON'),
    stderr: expect.stringContaining('no decision record'),
  });
});
