import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../packages/policy-workbench/test/support.ts';
import { CAST, liveWorld, type LiveWorld } from './live-world.ts';
import { editedPolicies, policyHere } from './support.ts';

let world: LiveWorld;
beforeAll(async () => {
  world = await liveWorld([...CAST, { type: 'tiktok_account', id: 'off', handle: '@off', ad_authorization: false }]);
});
afterAll(async () => world.drop());

const policy = policyHere(() => world.environment);

let dataDir = '';
const servedElsewhere = policyHere(() => ({ ...world.environment, DATA_DIR: dataDir }));

const IN_ADV1 = ['-p', '{"advertiser_id":"adv1"}'];

test('an ALLOW names the facts and the rule that held', async () => {
  const { code, stdout } = await policy('explain', 'user:sam', 'create_spark_ad', 'tiktok_account:brand', ...IN_ADV1);
  expect(stdout).toMatch(/^ALLOW {2}user:sam create_spark_ad tiktok_account:brand\n/);
  expect(stdout).toContain('membership of Business Center bc1: user role STANDARD');
  expect(stdout).toContain('account grant of Business Center bc1: state ACTIVE, scopes LIVE and POST');
  expect(stdout).toContain('assignment of Business Center bc1: scopes LIVE and POST');
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
  const { code, stdout } = await policy(...args, '--output', 'json');
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
  const text = await policy(...args);
  expect(text.stdout).toContain('an administrator of the ad account, by giving the role there');
  expect(text.stdout).toContain('by assigning the scope');
});

test('no more is proposed than the policies ask for, and a new path is told once', async () => {
  const args = ['explain', 'user:nobody', 'create_spark_ad', 'tiktok_account:brand', ...IN_ADV1, '--output', 'json'];
  const { would } = JSON.parse((await policy(...args)).stdout);
  const told = would.map(({ changes }: { changes: { fact: string; to: unknown }[] }) =>
    Object.fromEntries(changes.map(({ fact, to }) => [fact, to])),
  );
  expect(told).toEqual([
    {
      '/paths/0': {
        via: 'ACCOUNT_LINK',
        user_role: null,
        grant: null,
        granted: ['POST'],
        assigned: [],
        center_frozen: false,
      },
      '/advertiser_role': 'OPERATOR',
    },
    {
      '/paths/0': {
        via: 'BUSINESS_CENTER',
        user_role: 'STANDARD',
        grant: 'NONE',
        granted: [],
        assigned: [],
        center_frozen: false,
      },
      '/paths/0/grant': 'ACTIVE',
      '/paths/0/granted': ['POST'],
      '/paths/0/assigned': ['POST'],
      '/advertiser_role': 'OPERATOR',
    },
  ]);
});

test('as many changes are found as it takes, and none that is not needed', async () => {
  const post = { item_id: 'p', tiktok_account_id: 'brand', visibility: 'OTHER', ad_authorization: false };
  const properties = JSON.stringify({ post: { ...post, tiktok_account_id: 'elsewhere' } });
  const args = ['explain', 'user:ext', 'create_spark_ad', 'tiktok_account:off', '-p', properties];
  const { would, tried } = JSON.parse((await policy(...args, '--output', 'json')).stdout);
  const facts = would.map(({ changes }: { changes: { fact: string }[] }) => changes.map(({ fact }) => fact));
  expect(facts).toContainEqual([
    '/paths/0/grant',
    '/paths/0/granted',
    '/paths/0/assigned',
    '/advertiser_role',
    '/account_ad_authorization',
    '/post/of_this_account',
    '/post/visibility',
    '/post/ad_authorization',
  ]);
  expect(facts[0]).toEqual(['/paths/1', '/advertiser_role', '/post']);
  expect(tried).toBe('all');
});

const ODD = (
  rule: object,
): string => `    - ${JSON.stringify({ name: 'odd', actions: ['odd'], effect: 'EFFECT_ALLOW', ...rule })}
    # --- The owner ---`;

async function explainOdd(rule: object, who: string, ...more: readonly string[]) {
  const folder = await editedPolicies(['resource_policies/tiktok_account.yaml', '    # --- The owner ---', ODD(rule)]);
  return policy('explain', who, 'odd', 'tiktok_account:brand', '--policies', folder, ...more);
}

test.each([
  ['user:ann', 'create_spark_ad', '{"advertiser_id":"adv1"}'],
  ['user:ann', 'create_spark_ad', '{}'],
  ['user:nobody', 'create_spark_ad', '{"advertiser_id":"adv1"}'],
  ['user:ext', 'view', '{}'],
  ['user:sam', 'assign_member', '{"bc_id":"bc1","user_id":"nobody","scopes":[]}'],
  ['user:sam', 'view_grants', '{}'],
])('what the API names as missing of %s %s %s is among what would allow', async (who, action, properties) => {
  const args = ['explain', who, action, 'tiktok_account:brand', '-p', properties, '--output', 'json'];
  const { remedy, would } = JSON.parse((await policy(...args)).stdout);
  const codes = [...new Set<string>(remedy.reasons.map(({ code }: { code: string }) => code))].toSorted();
  expect(codes).not.toEqual([]);
  expect(would.map((it: { codes: string[] }) => it.codes.toSorted())).toContainEqual(codes);
});

test('a fact that has to get worse is told, with who could make it so', async () => {
  const none = ['R.attr.account_ad_authorization == true', 'R.attr.live', 'R.attr.scopes == null'];
  const condition = { match: { none: { of: none.map((expr) => ({ expr })) } } };
  const { stdout } = await explainOdd({ roles: ['user'], condition }, 'user:sam', '-p', '{"live":{"live_id":"l"}}');
  expect(stdout).toMatch(/\/account_ad_authorization: true -> false\n +the account's owner/);
  expect(stdout).toMatch(/\/live: true -> false\n +the caller, by what the check names/);
  expect(stdout).toMatch(/\/scopes: null -> \["LIVE"\]\n +the caller, by what the check names/);
});

test('a path that has to go is told', async () => {
  const expr = 'R.attr.paths.all(p, p.via != "ACCOUNT_LINK")';
  const { stdout } = await explainOdd({ roles: ['user'], condition: { match: { expr } } }, 'user:lee');
  expect(stdout).toMatch(
    /1\.\n +\/paths\/0: \{"via":"ACCOUNT_LINK".* -> null\n +the account's owner or the user, by ending/,
  );
});

test('that nothing would allow is said only where all was tried', async () => {
  const never = { match: { expr: 'R.attr.live && !R.attr.live' } };
  const all = await explainOdd({ roles: ['user'], condition: never }, 'user:sam');
  expect(all.stdout).toContain('Nothing would, whoever changed whatever these rules look at.');
  const unreadable = { match: { all: { of: [never.match, { expr: 'now() < timestamp("2000-01-01T00:00:00Z")' }] } } };
  const some = await explainOdd({ roles: ['user'], condition: unreadable }, 'user:sam');
  expect(some.stdout).toMatch(/No set of up to \d changes? would; of larger ones, some were tried/);
});

test('many changes are found where each situation has to be asked about', async () => {
  const of = [
    'P.id == "ext"',
    'R.attr.account_ad_authorization == false',
    'R.attr.live',
    'R.attr.scopes != null',
    'R.attr.assignee != null',
    'R.attr.advertiser_role == "ANALYST"',
    'R.attr.paths.exists(p, p.user_role == "STANDARD")',
  ].map((expr) => ({ expr }));
  const rule = { roles: ['user'], condition: { match: { all: { of } } } };
  const { would, tried } = JSON.parse((await explainOdd(rule, 'user:ext', '--output', 'json')).stdout);
  expect(would[0].changes).toHaveLength(6);
  expect(tried).toBeLessThan(6);
});

test('what is explained follows the policies that are named', async () => {
  const folder = await editedPolicies([
    'resource_policies/tiktok_account.yaml',
    '[ADMIN, OPERATOR]',
    '[ADMIN, OPERATOR, ANALYST]',
  ]);
  const args = ['explain', 'user:ann', 'create_spark_ad', 'tiktok_account:brand', ...IN_ADV1];
  expect(await policy(...args)).toMatchObject({ code: 2 });
  expect(await policy(...args, '--policies', folder)).toMatchObject({ code: 0 });
});

test("a reviewer's own kind is explained, too", async () => {
  const { code, stdout } = await policy('explain', 'user:rita', 'review', 'policy_review:any');
  expect(stdout).toContain('P.attr.reviewer == true');
  expect(stdout).toContain('/subject/properties/reviewer: null -> true');
  expect(code).toBe(2);
  const sent = ['--subject-properties', '{"reviewer":true}'];
  expect(await policy('explain', 'user:rita', 'review', 'policy_review:any', ...sent)).toMatchObject({ code: 0 });
});

test('what is not there is told apart', async () => {
  const gone = await policy('explain', 'user:sam', 'view', 'tiktok_account:nowhere');
  expect(gone).toMatchObject({ code: 2, stdout: expect.stringContaining('There is no such resource') });
  const action = await policy('explain', 'user:sam', 'fly', 'tiktok_account:brand');
  expect(action).toMatchObject({ code: 2, stdout: expect.stringContaining('No rule is about fly') });
  const kind = await policy('explain', 'user:sam', 'view', 'tiktok:brand');
  expect(kind).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/about the kind tiktok; there are .*tiktok_account/),
  });
  const properties = await policy('explain', 'user:sam', 'view', 'tiktok_account:brand', '-p', '{"scopes":["FLY"]}');
  expect(properties).toMatchObject({ code: 1, stderr: expect.stringContaining('properties') });
});

const atNobodys = policyHere(() => ({ DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/nowhere' }));
const withoutData = policyHere(() => ({ DATA_DIR: '/nonexistent/data' }));

test('a database that cannot be reached, or is not there, is said in a sentence', async () => {
  const away = await atNobodys('explain', 'user:sam', 'view', 'tiktok_account:brand');
  expect(away).toMatchObject({ code: 1, stderr: expect.stringMatching(/database \(DATABASE_URL\) cannot be read/) });
  const none = await withoutData('explain', 'user:sam', 'view', 'tiktok_account:brand');
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
  return policy('explain', 'user:sam', action, 'note:n1', '--policies', folder, ...sent, ...more);
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

test('an attribute may have to be something else than any rule mentions, or less', async () => {
  const folder = await editedPolicies();
  const expr = 'R.attr.level != "HIGH" && size(R.attr.marks) < 2 && !has(R.attr.locked)';
  const rule = {
    name: 'plain',
    actions: ['print'],
    effect: 'EFFECT_ALLOW',
    roles: ['user'],
    condition: { match: { expr } },
  };
  const resourcePolicy = { resource: 'sheet', version: 'default', rules: [rule] };
  await writeFile(join(folder, 'sheet.yaml'), JSON.stringify({ apiVersion: 'api.cerbos.dev/v1', resourcePolicy }));
  const sent = ['--resource-properties', '{"level":"HIGH","marks":["a","b"],"locked":true}'];
  const args = ['explain', 'user:sam', 'print', 'sheet:s1', '--policies', folder, ...sent, '--output', 'json'];
  const { would } = JSON.parse((await policy(...args)).stdout);
  const facts = would[0].changes.map(({ fact }: { fact: string }) => fact.split('/').at(-1));
  expect(facts.toSorted()).toEqual(['level', 'locked', 'marks']);
});

test('which bundle the service decides by is said where it is another, and an error is called one', async () => {
  dataDir = await temporaryFolder();
  const folder = await editedPolicies();
  await writeFile(
    join(folder, 'resource_policies/lamp.yaml'),
    `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: lamp
  version: default
  rules:
    - name: owners-switch
      actions: [switch]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: { match: { expr: P.attr.lamp == R.id } }
`,
  );
  const args = ['explain', 'user:sam', 'switch', 'lamp:l1', '--policies', folder];
  const unknown = await servedElsewhere(...args);
  expect(unknown.stdout).toContain('(by which bundle the service decides is not known here)');
  expect(unknown.stdout).toContain('errs   owners-switch');
  expect(unknown.stdout).toContain('error P.attr.lamp == R.id (no such key: lamp)');
  await mkdir(join(dataDir, 'bundles'));
  const record = { current: 'f'.repeat(64), source: 'apply', since: '2026-11-28T00:00:00.000Z' };
  await writeFile(join(dataDir, 'bundles/record.json'), JSON.stringify(record));
  const other = await servedElsewhere(...args, '--subject-properties', '{"lamp":"l1"}');
  expect(other.stdout).toContain(
    'BUT THE SERVICE DECIDES BY ANOTHER: ffffffffffff, taken from apply at 2026-11-28T00:',
  );
  expect(other.stdout).toContain('holds  owners-switch');
});
