import { execFile } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CAST, liveWorld, type LiveWorld } from './live-world.ts';
import { folderOf, temporaryFolder } from '../../packages/policy-workbench/test/support.ts';
import { editedPolicies, policyHere, type Edit } from './support.ts';

const ACCOUNT = 'resource_policies/tiktok_account.yaml';
const POLICIES = join(import.meta.dirname, '../../policies');

let world: LiveWorld;
beforeAll(async () => {
  world = await liveWorld(CAST);
});
afterAll(async () => world.drop());

const policy = policyHere(() => world.environment);

const impact = async (edit: Edit, ...more: string[]) =>
  policy('impact', '--base-dir', POLICIES, '--policies', await editedPolicies(edit), ...more);

test('the same policies change nothing', async () => {
  const { code, stdout } = await policy('impact', '--base-dir', POLICIES, '--policies', POLICIES);
  expect(stdout).toContain('The policies are the same.');
  expect(code).toBe(0);
});

test('who loses something is counted and named, with the rule and the Business Center', async () => {
  const { code, stdout } = await impact([ACCOUNT, 'linked_live: R.attr', 'linked_live: false && R.attr']);
  expect(stdout).toContain('nobody is in such a situation today');
  expect(code).toBe(0);

  const lost = await impact([
    ACCOUNT,
    '          expr: V.assigned_live\n',
    '          expr: V.assigned_live && false\n',
  ]);
  expect(lost.stdout).toContain('Nobody gains anything.');
  expect(lost.stdout).toContain('1 user loses read_live_videos on 1 account\n');
  expect(lost.stdout).toContain('#assigned-members-read-live-videos (no longer holds)');
  expect(lost.stdout).toContain('in bc1 1');
  expect(lost.stdout).toContain('sam on @brand');
  expect(lost.code).toBe(11);
});

test('who gains something ends in an exit code of its own, by what has to be named', async () => {
  const { code, stdout } = await impact(
    [ACCOUNT, '[ADMIN, OPERATOR]', '[ADMIN, OPERATOR, ANALYST]'],
    '--output',
    'json',
  );
  const { changes, verdict } = JSON.parse(stdout);
  expect(code).toBe(10);
  expect(verdict).toBe('gains');
  expect(changes).toEqual([
    expect.objectContaining({
      action: 'create_spark_ad',
      direction: 'gain',
      somewhere: true,
      naming: ['at all', 'with a public post that has ad authorization on'],
      counts: { pairs: 1, subjects: 1, resources: 1 },
      centers: [{ bc_id: 'bc1', pairs: 1 }],
      names: [{ subject: 'ann', resource: '@brand' }],
    }),
  ]);
});

test('what nobody meets today is a warning with an exit code of its own', async () => {
  const folder = await editedPolicies(['resource_policies/access_request.yaml', '== "PENDING"', '!= "DECLINED"']);
  const args = ['--base-dir', POLICIES, '--policies', folder, '--output', 'text'];
  const { code, stdout, stderr } = await policy(
    'impact',
    ...args,
    '--output',
    `json=${join(folder, '../impact.json')}`,
  );
  expect(code).toBe(14);
  expect(stdout).toMatch(
    /^Decisions change, but nobody is in such a situation today\.\nSOMETHING BECOMES ALLOWED: approve on access_request\.\n/,
  );
  expect(stderr).toMatch(
    /^WARNING \S+access_request\.yaml:13: opened to nobody who is there today: Of [\d,]+ sorts of situations for approve /m,
  );
  expect(JSON.parse(await readFile(join(folder, '../impact.json'), 'utf8'))).toMatchObject({
    verdict: 'widens',
    changes: [],
  });
});

test('owners, members of Business Centers and strangers count, too', async () => {
  const center = await impact(['derived_roles/business_center.yaml', '== "ADMIN"', '!= null']);
  expect(center.stdout).toMatch(/2 members gain view_members on 1 Business Center\n/);
  expect(center.code).toBe(10);
  const owner = await impact([
    ACCOUNT,
    'actions: [view_grants]\n      effect: EFFECT_ALLOW',
    'actions: [view_grants]\n      effect: EFFECT_DENY',
  ]);
  expect(owner.stdout).toContain('2 owners lose view_grants on 2 accounts');
});

test('as JUnit a case fails for each thing that is gained or lost', async () => {
  const nothing = await policy('impact', '--base-dir', POLICIES, '--policies', POLICIES, '--output', 'junit');
  expect(nothing).toMatchObject({ code: 0, stdout: expect.stringContaining('tests="3" failures="0"') });
  const roles: Edit = [ACCOUNT, '[ADMIN, OPERATOR]', '[ADMIN, OPERATOR, ANALYST]'];
  const gained = await impact(roles, '--output', 'junit');
  expect(gained).toMatchObject({ code: 10, stdout: expect.stringContaining('tests="3" failures="1"') });
  expect(gained.stdout).toContain('<failure message="1 user gains create_spark_ad on 1 account (at all, or');
  const anywhere = await impact(roles, '--output', 'junit', '--no-database');
  expect(anywhere.stdout).toContain('<testcase classname="gains" name="create_spark_ad on tiktok_account">');
  expect(anywhere.stdout).toContain('<testcase classname="losses" name="nobody loses"/>');
});

test('strangers count as whoever comes', async () => {
  const stranger = await impact([ACCOUNT, '          expr: V.assigned_post\n', '          expr: "true"\n']);
  expect(stranger.stdout).toContain('anybody without a connection gains read_public_videos on any account');
  expect(stranger.code).toBe(10);
});

test('kinds outside the vector world are compared over stored entities', async () => {
  const { code, stdout } = await impact([
    'resource_policies/policy_review.yaml',
    'expr: P.attr.reviewer == true',
    'expr: has(P.attr.reviewer) && P.attr.reviewer == true',
  ]);
  expect(code).toBe(0);
  expect(stdout).toContain('Not all situations of policy_review were compared');
  const all = await impact(['resource_policies/policy_review.yaml', 'expr: P.attr.reviewer == true', 'expr: "true"']);
  expect(all.stdout).toContain('1 user gains review on 1 policy_review');
  expect(all.code).toBe(10);
});

test('a derived role that only an expression names counts for kinds of our own', async () => {
  const named: Edit = [
    'resource_policies/business_center.yaml',
    'rules:',
    `rules:
    - name: by-role
      actions: [sketch]
      effect: EFFECT_ALLOW
      derivedRoles: [painter]
    - name: by-name
      actions: [paint]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: { match: { expr: '"painter" in runtime.effectiveDerivedRoles' } }`,
  ];
  const painter = (expr: string): Edit => [
    'derived_roles/business_center.yaml',
    'definitions:',
    `definitions:
    - { name: painter, parentRoles: [user], condition: { match: { expr: '${expr}' } } }`,
  ];
  const [base, head] = [
    await editedPolicies(named, painter('false')),
    await editedPolicies(named, painter('R.attr.user_role == "STANDARD"')),
  ];
  const { code, stdout } = await policy('impact', '--base-dir', base, '--policies', head);
  expect(stdout).toContain('2 members gain paint on 1 Business Center');
  expect(code).toBe(10);
  const nowhere = await policy('impact', '--no-database', '--base-dir', base, '--policies', head);
  expect(nowhere.stdout).toContain('CANNOT TELL whether that is all (see the notes).');
  expect(nowhere.code).toBe(10);
});

test('what the time may bring cannot be told, and what a caller may name is tried', async () => {
  const later: Edit = [
    ACCOUNT,
    '          expr: V.assigned_live\n',
    '          expr: V.assigned_live || now() > timestamp("2090-01-01T00:00:00Z")\n',
  ];
  const { code, stdout } = await impact(later);
  expect(stdout).toContain('It cannot be told for whom tiktok_account changes: its policy looks at the time');
  expect(code).toBe(9);
  const named = await impact([
    ACCOUNT,
    '          expr: V.assigned_live\n',
    '          expr: V.assigned_live || (R.attr.post != null && R.attr.post.visibility == "OTHER")\n',
  ]);
  expect(named.stdout).toMatch(/3 users gain read_live_videos on 1 account \(with a post .*, not public, /);
  expect(named.stdout).toMatch(/anybody without a connection gains read_live_videos on any account \(with a post /);
  expect(named.code).toBe(10);
});

test('of a wider schema it is said which policies refuse what', async () => {
  const wider: Edit = ['_schemas/business_center.json', '"STANDARD"', '"STANDARD", "GUEST"'];
  const { code, stdout } = await impact(wider);
  expect(stdout).toContain('No decision changes for anybody who is there.');
  expect(stdout).toContain('the policies of the base refuse situations that the edited ones admit');
  expect(code).toBe(0);
  const head = await editedPolicies(wider);
  const narrower = await policy('impact', '--no-database', '--base-dir', head, '--policies', POLICIES);
  expect(narrower.stdout).toContain('the edited policies refuse situations that those of the base admit');
  expect(narrower.code).toBe(9);
});

test('Markdown is fit for a pull request: names cannot break out', async () => {
  const edit: Edit = [ACCOUNT, '          expr: V.assigned_live\n', '          expr: V.assigned_live && false\n'];
  const { stdout } = await impact(edit, '--output', 'markdown');
  expect(stdout).toMatch(/^### Impact of this policy change\n/);
  expect(stdout).toContain('sam on `@brand`');
  expect(stdout).not.toMatch(/[^`]@brand/);
});

test('without a database all situations are compared, and a new ALLOW is a gain', async () => {
  const folder = await editedPolicies([ACCOUNT, '[ADMIN, OPERATOR]', '[ADMIN, OPERATOR, ANALYST]']);
  const ended = await policy('impact', '--no-database', '--base-dir', POLICIES, '--policies', folder);
  expect(ended.stdout).toMatch(/situations for create_spark_ad on tiktok_account, \d+ become allowed and 0 denied/);
  expect(ended.code).toBe(10);
});

test('the base may be a git revision of the folder', async () => {
  const folder = await temporaryFolder();
  await cp(POLICIES, join(folder, 'policies'), { recursive: true });
  const git = async (...args: string[]) =>
    promisify(execFile)('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args]);
  await git('init', '-q');
  await git('add', '.');
  await git('commit', '-qm', 'policies');
  const edited = await editedPolicies([
    ACCOUNT,
    '          expr: V.assigned_live\n',
    '          expr: V.assigned_live && false\n',
  ]);
  await cp(edited, join(folder, 'policies'), { recursive: true });
  const at = ['--policies', join(folder, 'policies')];
  expect(await policy('impact', '--base', 'HEAD', ...at)).toMatchObject({ code: 11 });
  const unknown = await policy('impact', '--base', 'nowhere', ...at);
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('git cannot tell what') });
  const { stdout } = await git('status', '--porcelain');
  expect(stdout.trim()).toMatch(/^M policies\/resource_policies\/tiktok_account.yaml$/);
});

test('what cannot be compared is said in a sentence', async () => {
  const none = await policy('impact', '--policies', POLICIES);
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('--base REF') });
  const empty = await folderOf({ 'policies/.keep': '' });
  expect(await policy('impact', '--base-dir', empty)).toMatchObject({ code: 1 });
  const broken = await editedPolicies([ACCOUNT, 'R.attr.paths', 'R.attr.paths ===']);
  const ended = await policy('impact', '--base-dir', POLICIES, '--policies', broken);
  expect(ended).toMatchObject({ code: 3, stderr: expect.stringContaining('tiktok_account.yaml') });
});
