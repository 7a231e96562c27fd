import { join } from 'node:path';
import { expect, test } from 'vitest';
import { editedPolicies, policy, type Edit } from './support.ts';

const ACCOUNT = 'resource_policies/tiktok_account.yaml';

test('every invariant holds of the project, over all vectors of all kinds', async () => {
  const { code, stdout } = await policy('verify', '--output', 'json');
  const report = JSON.parse(stdout);
  expect(report.violations).toEqual([]);
  expect(code).toBe(0);
  const account = report.kinds.find((it: { kind: string }) => it.kind === 'tiktok_account');
  expect(account).toMatchObject({ vectors: 2_791_773_600, unbounded: ['paths'], bounded: [], idle: [] });
  const rules = new Set(report.invariants.flatMap((it: { rules: string[] }) => it.rules));
  for (const rule of ['R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7', 'R8', "R8'", 'R9', 'R10', 'R11', 'R12']) {
    expect(rules).toContain(rule);
  }
});

const MISTAKES: [what: string, edit: Edit, invariant: string][] = [
  [
    'a scope is no longer looked for on one path',
    [ACCOUNT, '"POST" in intersect(p.granted, p.assigned)', '"POST" in p.granted'],
    'spark-ad-needs-a-scope-on-one-path',
  ],
  [
    'an ANALYST runs ads',
    [ACCOUNT, 'roles_that_run_ads: [ADMIN, OPERATOR]', 'roles_that_run_ads: [ADMIN, OPERATOR, ANALYST]'],
    'spark-ad-never-by-an-analyst',
  ],
  [
    'half a condition comes from one path and half from another',
    [
      ACCOUNT,
      'assigned_post: V.member_paths.exists(p, "POST" in intersect(p.granted, p.assigned))',
      'assigned_post: V.member_paths.exists(p, "POST" in p.granted) && V.member_paths.exists(p, "POST" in p.assigned)',
    ],
    'public-videos-need-post',
  ],
  ['a former member keeps access', [ACCOUNT, 'p.user_role != null && p.grant', 'p.grant'], 'outsiders-do-nothing'],
  [
    'one path too many takes access away',
    [ACCOUNT, 'linked_live: R.attr', 'linked_live: size(R.attr.paths) < 2 && R.attr'],
    'another-path-takes-nothing-away',
  ],
  [
    'administrators use accounts',
    [ACCOUNT, 'expr: V.assigned_live\n', 'expr: V.assigned_live || R.attr.paths.exists(p, p.user_role == "ADMIN")\n'],
    'administrators-hold-no-implicit-access',
  ],
];

test.each(MISTAKES)('it is found when %s', async (_what, edit, invariant) => {
  const folder = await editedPolicies(edit);
  const { code, stdout } = await policy('verify', '--policies', folder, '--kind', 'tiktok_account');
  expect(stdout).toContain(`VIOLATED ${invariant} `);
  expect(code).toBe(5);
});

test('a violation is told in plain words, with the rule that allowed it', async () => {
  const folder = await editedPolicies([ACCOUNT, '[ADMIN, OPERATOR]', '[ADMIN, OPERATOR, ANALYST]']);
  const { stdout } = await policy('verify', '--policies', folder, '--kind', 'tiktok_account');
  expect(stdout).toMatch(/VIOLATED spark-ad-never-by-an-analyst \(R8, R9\): An ANALYST never creates a Spark Ad/);
  expect(stdout).toMatch(/A user; through .*; ANALYST in the ad account/);
  expect(stdout).toMatch(/-> create_spark_ad ALLOW by resource\.tiktok_account\.vdefault#[a-z-]+/);
});

test('JUnit names every sentence, and the one that fails', async () => {
  const folder = await editedPolicies(['derived_roles/business_center.yaml', '== "ADMIN"', '!= null']);
  const invariants = join(import.meta.dirname, '../../policy-tests/invariants.yaml');
  const options = ['--kind', 'business_center', '--output', 'junit', '--invariants', invariants];
  const { code, stdout } = await policy('verify', '--policies', folder, ...options);
  expect(code).toBe(5);
  expect(stdout).toMatch(/<testsuite name="business_center" tests="\d+" failures="1">/);
  expect(stdout).toMatch(/name="administrators-alone-request [^>]*>\s*<failure message="VIOLATED /);
});

test('a rule that looks at all paths at once is verified up to two of them, and that is said', async () => {
  const folder = await editedPolicies([
    ACCOUNT,
    'linked_live: R.attr',
    'linked_live: size(R.attr.paths) < 9 && R.attr',
  ]);
  const { code, stdout } = await policy('verify', '--policies', folder, '--kind', 'tiktok_account');
  expect(stdout).toContain('paths at most two, since a rule looks at all of them at once');
  expect(code).toBe(0);
});
