import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CAST, liveWorld, type LiveWorld } from './live-world.ts';
import { editedPolicies, policy } from './support.ts';

let world: LiveWorld;
beforeAll(async () => {
  world = await liveWorld(CAST);
});
afterAll(async () => world.drop());

const IN_ADV1 = ['-p', '{"advertiser_id":"adv1"}'];

test('an ALLOW names the facts and the rule that held', async () => {
  const { code, stdout } = await world.policy(
    'explain',
    'user:sam',
    'create_spark_ad',
    'tiktok_account:brand',
    ...IN_ADV1,
  );
  expect(stdout).toMatch(/^ALLOW {2}user:sam create_spark_ad tiktok_account:brand\n/);
  expect(stdout).toContain('Business Center bc1: STANDARD; grant ACTIVE with LIVE and POST, assigned LIVE and POST');
  expect(stdout).toContain('holds  assigned-members-create-spark-ads-at-all');
  expect(stdout).toContain('fails  assigned-members-create-spark-ads-with-a-live');
  expect(code).toBe(0);
});

test('a DENY names what failed, every smallest set of changes, and who could make each', async () => {
  const args = [
    'explain',
    'user:ann',
    'create_spark_ad',
    'tiktok_account:brand',
    '-p',
    '{"advertiser_id":"adv1","live":{"live_id":"l"}}',
  ];
  const { code, stdout } = await world.policy(...args, '--output', 'json');
  const { would, trace } = JSON.parse(stdout);
  expect(code).toBe(2);
  const live = trace.rules.find(
    ({ rule }: { rule: string }) => rule === 'assigned-members-create-spark-ads-with-a-live',
  );
  expect(live).toMatchObject({ held: false, looked: [{ expression: 'V.assigned_live', held: false }] });
  expect(would[0].codes.toSorted()).toEqual(['ADVERTISER_ROLE_INSUFFICIENT', 'SCOPE_NOT_ASSIGNED']);
  expect(would[0].changes.map(({ fact }: { fact: string }) => fact).toSorted()).toEqual([
    '/advertiser_role',
    '/paths/0/assigned',
  ]);
  const text = await world.policy(...args);
  expect(text.stdout).toContain('an administrator of the ad account, by giving the role there');
  expect(text.stdout).toContain('by assigning the scope');
});

test('no more is proposed than the policies ask for, and a new path is told once', async () => {
  const args = ['explain', 'user:nobody', 'create_spark_ad', 'tiktok_account:brand', ...IN_ADV1, '--output', 'json'];
  const { would } = JSON.parse((await world.policy(...args)).stdout);
  const told = would.map(({ changes }: { changes: { fact: string; to: unknown }[] }) =>
    Object.fromEntries(changes.map(({ fact, to }) => [fact, to])),
  );
  expect(told).toEqual([
    {
      '/paths/0': { via: 'BUSINESS_CENTER', user_role: 'STANDARD', grant: 'NONE', granted: [], assigned: [] },
      '/paths/0/grant': 'ACTIVE',
      '/paths/0/granted': ['POST'],
      '/paths/0/assigned': ['POST'],
      '/advertiser_role': 'OPERATOR',
    },
  ]);
});

test('what is explained follows the policies that are named', async () => {
  const folder = await editedPolicies([
    'resource_policies/tiktok_account.yaml',
    '[ADMIN, OPERATOR]',
    '[ADMIN, OPERATOR, ANALYST]',
  ]);
  const args = ['explain', 'user:ann', 'create_spark_ad', 'tiktok_account:brand', ...IN_ADV1];
  expect(await world.policy(...args)).toMatchObject({ code: 2 });
  expect(await world.policy(...args, '--policies', folder)).toMatchObject({ code: 0 });
});

test("a reviewer's own kind is explained, too", async () => {
  const { code, stdout } = await world.policy('explain', 'user:rita', 'review', 'policy_review:any');
  expect(stdout).toContain('P.attr.reviewer == true');
  expect(stdout).toContain('/subject/properties/reviewer: null -> true');
  expect(code).toBe(2);
  const sent = ['--subject-properties', '{"reviewer":true}'];
  expect(await world.policy('explain', 'user:rita', 'review', 'policy_review:any', ...sent)).toMatchObject({ code: 0 });
});

test('what is not there is told apart', async () => {
  const gone = await world.policy('explain', 'user:sam', 'view', 'tiktok_account:nowhere');
  expect(gone).toMatchObject({ code: 2, stdout: expect.stringContaining('There is no such resource') });
  const action = await world.policy('explain', 'user:sam', 'fly', 'tiktok_account:brand');
  expect(action).toMatchObject({ code: 2, stdout: expect.stringContaining('No rule is about fly') });
  const kind = await world.policy('explain', 'user:sam', 'view', 'tiktok:brand');
  expect(kind).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/about the kind tiktok; there are .*tiktok_account/),
  });
  const properties = await world.policy(
    'explain',
    'user:sam',
    'view',
    'tiktok_account:brand',
    '-p',
    '{"scopes":["FLY"]}',
  );
  expect(properties).toMatchObject({ code: 1, stderr: expect.stringContaining('properties') });
});

test('a database that cannot be reached, or is not there, is said in a sentence', async () => {
  process.env['DATABASE_URL'] = 'postgresql://nobody@127.0.0.1:9/nowhere';
  const away = await policy('explain', 'user:sam', 'view', 'tiktok_account:brand');
  delete process.env['DATABASE_URL'];
  expect(away).toMatchObject({ code: 1, stderr: expect.stringMatching(/database \(DATABASE_URL\) cannot be read/) });
  process.env['DATA_DIR'] = '/nonexistent/data';
  const none = await policy('explain', 'user:sam', 'view', 'tiktok_account:brand');
  delete process.env['DATA_DIR'];
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no database in') });
});

const NOTES = `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: note
  version: default
  rules:
    - { name: all-view, actions: ["view:*"], effect: EFFECT_ALLOW, roles: [user] }
    - name: high-views
      actions: ["view:text"]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: { match: { expr: R.attr.level == "HIGH" } }
    - name: secret-is-secret
      actions: ["*"]
      effect: EFFECT_DENY
      roles: ["*"]
      condition: { match: { expr: R.attr.secret } }
    - { name: nobody-prints, actions: ["*"], effect: EFFECT_DENY, roles: [printer] }
    - name: lately-read
      actions: [read]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: { match: { expr: 'now() > timestamp("2025-01-01T00:00:00Z")' } }
    - name: high-edits
      actions: [edit]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: { match: { expr: '(R.attr.level == "HIGH" || "u001" in R.attr.editors) && R.attr.open' } }
`;

async function explainNote(action: string, properties: object, ...more: readonly string[]) {
  const folder = await editedPolicies();
  await writeFile(join(folder, 'note.yaml'), NOTES);
  const sent = ['--resource-properties', JSON.stringify(properties)];
  return world.policy('explain', 'user:sam', action, 'note:n1', '--policies', folder, ...sent, ...more);
}

test('rules for the action by a glob are listed, those that hold first, and the DENY that decides is marked', async () => {
  const { code, stdout } = await explainNote('view:text', { level: 'LOW', secret: true });
  const rules = stdout.slice(stdout.indexOf('Rules'));
  expect(rules).toMatch(
    /^Rules\n {4}holds {2}secret-is-secret \(denies, and so it is denied\)\n.*R\.attr\.secret\n {4}holds {2}all-view\n {4}fails {2}high-views\n/,
  );
  expect(rules).toContain('unseen nobody-prints (denies)');
  expect(code).toBe(2);
});

test('the trace is of the time of the decision', async () => {
  const { code, stdout } = await explainNote('read', { secret: false });
  expect(stdout).toContain('holds  lately-read');
  expect(code).toBe(0);
});

test('an attribute is proposed only values of the sort that it is compared with', async () => {
  const properties = { level: 'LOW', secret: false, open: false, editors: [] };
  const { stdout } = await explainNote('edit', properties, '--output', 'json');
  const told = JSON.parse(stdout).would.map(({ changes }: { changes: { fact: string; to: unknown }[] }) =>
    Object.fromEntries(changes.map(({ fact, to }) => [fact.split('/').at(-1), to])),
  );
  expect(told).toEqual([
    { level: 'HIGH', open: true },
    { editors: ['u001'], open: true },
  ]);
});
