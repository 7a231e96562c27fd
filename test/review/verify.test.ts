import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DOORS, folderOf } from '../../packages/policy-workbench/test/support.ts';
import { CONTRACT } from '../../src/review/contract.ts';
import { openServers } from '../../src/review/policy-servers.ts';
import { examine } from '../../src/rollout/examine.ts';
import { partsOf } from '../policies/small.ts';
import { editedPolicies, policyHere, type Edit } from './support.ts';

const policy = policyHere();

const ACCOUNT = 'resource_policies/tiktok_account.yaml';

test('every invariant holds of the project, over all vectors of all kinds', async () => {
  const { code, stdout } = await policy('verify', '--output', 'json');
  const report = JSON.parse(stdout);
  expect(report.violations).toEqual([]);
  expect(code).toBe(0);
  const account = report.kinds.find((it: { kind: string }) => it.kind === 'tiktok_account');
  expect(account).toMatchObject({ vectors: 649_353_600, unbounded: ['paths'], bounded: [], idle: [] });
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
      'assigned_post: V.open_paths.exists(p, "POST" in intersect(p.granted, p.assigned))',
      'assigned_post: V.open_paths.exists(p, "POST" in p.granted) && V.open_paths.exists(p, "POST" in p.assigned)',
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
    'three paths are enough to revoke',
    [
      ACCOUNT,
      '    # --- The owner ---',
      '    - { name: many-paths, actions: [revoke_grant], effect: EFFECT_ALLOW, roles: [user], condition: { match: { expr: size(R.attr.paths) >= 3 } } }',
    ],
    'revoke-by-owner-or-administrator',
  ],
  [
    'the ninth path takes access away',
    [ACCOUNT, 'linked_live: R.attr', 'linked_live: size(R.attr.paths) < 9 && R.attr'],
    'live-videos-with-live',
  ],
  [
    'administrators use accounts',
    [ACCOUNT, 'expr: V.assigned_live\n', 'expr: V.assigned_live || R.attr.paths.exists(p, p.user_role == "ADMIN")\n'],
    'administrators-hold-no-implicit-access',
  ],
];

test.each(MISTAKES)('it is found when %s', async (_what, edit, invariant) => {
  const folder = await editedPolicies(edit);
  const { code, stdout } = await policy('verify', '--policies', folder, '--sentence', invariant);
  expect(stdout).toContain(`VIOLATED ${invariant} `);
  expect(code).toBe(5);
});

test('a violation is told in plain words, with the rule that allowed it', async () => {
  const folder = await editedPolicies([ACCOUNT, '[ADMIN, OPERATOR]', '[ADMIN, OPERATOR, ANALYST]']);
  const { stdout } = await policy('verify', '--policies', folder, '--sentence', 'spark-ad-never-by-an-analyst');
  expect(stdout).toMatch(/VIOLATED spark-ad-never-by-an-analyst \(R8, R9\): An ANALYST never creates a Spark Ad/);
  expect(stdout).toMatch(/A user; through .*; ANALYST in the ad account/);
  expect(stdout).toMatch(/-> create_spark_ad ALLOW by resource\.tiktok_account\.vdefault#[a-z-]+/);
});

test('of one sentence only what it needs is decided, and nothing else is said; one that is not there is named', async () => {
  const folder = await editedPolicies([ACCOUNT, '[ADMIN, OPERATOR]', '[ADMIN, OPERATOR, ANALYST]']);
  const sentences = ['--sentence', 'live-videos-with-live', '--sentence', 'public-videos-need-post'];
  const { code, stdout } = await policy('verify', '--policies', folder, ...sentences, '--output', 'json');
  const { kinds, invariants, violations } = JSON.parse(stdout);
  expect(code).toBe(0);
  expect(kinds).toMatchObject([{ kind: 'tiktok_account', actions: 2, violations: 0 }]);
  // What ANALYST may do now is broken elsewhere, of which these two do not speak.
  expect(violations).toEqual([]);
  expect(invariants.map(({ id }: { id: string }) => id).toSorted()).toEqual([
    'live-videos-with-live',
    'public-videos-need-post',
  ]);
  const unknown = await policy('verify', '--sentence', 'nobody-says-so');
  expect(unknown).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/no sentence is called nobody-says-so; there are/),
  });
});

test('JUnit names every sentence, and the one that fails', async () => {
  const folder = await editedPolicies(['derived_roles/business_center.yaml', '== "ADMIN"', '!= null']);
  const invariants = join(import.meta.dirname, '../../policy-tests/invariants.yaml');
  const options = ['--kind', 'business_center', '--output', 'junit', '--invariants', invariants];
  const { code, stdout } = await policy('verify', '--policies', folder, ...options);
  expect(code).toBe(5);
  expect(stdout).toMatch(/<testsuite name="business_center" tests="\d+" failures="[1-9]\d*">/);
  expect(stdout).toMatch(/name="administrators-alone-request [^>]*>\s*<failure message="VIOLATED /);
});

/** Situations of more paths than are tried, so that nobody can tell what is decided in all of them. */
const CROWD: Record<string, string> = {
  'policies/_schemas/account.json': JSON.stringify({
    type: 'object',
    properties: {
      paths: {
        type: 'array',
        items: {
          type: 'object',
          properties: { via: { enum: ['A', 'B', 'C', 'D', 'E'] } },
          required: ['via'],
          additionalProperties: false,
        },
      },
    },
    required: ['paths'],
    additionalProperties: false,
  }),
  'policies/account.yaml': `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: tiktok_account
  version: default
  schemas: { resourceSchema: { ref: "cerbos:///account.json" } }
  rules:
    - name: few-may-view
      actions: [view]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: { match: { expr: 'R.attr.paths.map(p, p.via) != ["A", "B", "C", "D"]' } }
    - { name: users-post, actions: [post], effect: EFFECT_ALLOW, roles: [user] }
`,
  'policy-tests/account_test.yaml': `name: account
principals: { sam: { id: sam, roles: [user] } }
resources: { lonely: { kind: tiktok_account, id: a, attr: { paths: [] } } }
tests:
  - name: sam views and posts
    input: { principals: [sam], resources: [lonely], actions: [view, post] }
    expected: [{ principal: sam, resource: lonely, actions: { view: EFFECT_ALLOW, post: EFFECT_ALLOW } }]
`,
  'policy-tests/invariants.yaml': `kinds:
  tiktok_account:
    sentences:
      - { id: users-view, rules: [R4], says: Users view., actions: [view], allowed_whenever: role == "user" }
      - { id: users-post, rules: [R8], says: Users post., actions: [post], allowed_whenever: role == "user" }
`,
};

/** The same, with tests that see each of its rules hold and fail. */
const WHOLLY_TESTED: Record<string, string> = {
  ...CROWD,
  'policy-tests/crowd_test.yaml': `name: crowd
principals: { sam: { id: sam, roles: [user] }, key: { id: key, roles: [api_key] } }
resources: { crowd: { kind: tiktok_account, id: a, attr: { paths: [{ via: A }, { via: B }, { via: C }, { via: D }] } } }
tests:
  - name: nobody views a crowd, and keys do not post
    input: { principals: [sam, key], resources: [crowd], actions: [view, post] }
    expected: [{ principal: sam, resource: crowd, actions: { view: EFFECT_DENY, post: EFFECT_ALLOW } }]
`,
};

const at = (folder: string): string[] => [
  '--policies',
  join(folder, 'policies'),
  '--invariants',
  join(folder, 'policy-tests/invariants.yaml'),
];

test('where a rule looks at a whole list, nothing found is no proof: CI fails, and the service takes no such bundle', async () => {
  const folder = await folderOf(CROWD);
  const [json, xml, refusal] = await Promise.all([
    policy('verify', ...at(folder), '--output', 'json'),
    policy('verify', ...at(folder), '--output', 'junit'),
    examine(
      { ...(await partsOf(await folderOf(WHOLLY_TESTED))), before: null },
      { contract: CONTRACT, openServers },
    ).then(
      () => '',
      ({ message }: Error) => message,
    ),
  ]);
  expect([json.code, xml.code]).toEqual([8, 8]);
  const { violations, doubts, kinds } = JSON.parse(json.stdout);
  expect({ violations, doubts, bounded: kinds[0].bounded }).toMatchObject({
    violations: [],
    doubts: [{ id: 'users-view', is: 'unproven', why: expect.stringContaining('looks at all of paths at once') }],
    bounded: ['paths'],
  });
  expect(xml.stdout).toMatch(/tests="2" failures="1">/);
  expect(xml.stdout).toMatch(/name="users-view [^>]*>\s*<failure message="NOT PROVEN: /);
  expect(refusal).toMatch(
    /^NOT PROVEN: .*\n.*invariants\.yaml:4: users-view .*\n\n2 invariants, 0 violated, 1 not proven/,
  );
});

test('a mutant that may differ for lists that were not tried is no equivalent one', async () => {
  const folder = await folderOf(CROWD);
  const { code, stdout } = await policy('mutate', join(folder, 'policy-tests'), ...at(folder), '--output', 'json');
  const { tried } = JSON.parse(stdout) as { tried: { what: string; fate: string; why?: string }[] };
  const dropped = tried.find(({ what }) => what.includes('condition'));
  expect(dropped).toMatchObject({ fate: 'untold', why: expect.stringContaining('looks at all of paths at once') });
  expect(code).toBe(7);
});

const sentence = (more: object): object => ({
  rules: ['D1'],
  says: 'So it is.',
  allowed_only_if: 'R.attr.member',
  ...more,
});

test('a sentence about an action that no rule names is about nothing, and said to be', async () => {
  const sentences = [
    sentence({ id: 'misspelt', actions: ['opne'] }),
    sentence({ id: 'excepted', except: ['opne'] }),
    sentence({ id: 'asked', allowed_only_if: undefined, holds: '!allowed.close || R.attr.member' }),
    sentence({
      id: 'changed',
      allowed_only_if: undefined,
      actions: ['opne'],
      change: { at: 'floor' },
      never: 'changing',
    }),
    sentence({ id: 'moot', allowed_only_if: undefined, allowed_whenever: 'R.attr.member && !R.attr.member' }),
    sentence({ id: 'known', actions: ['open', 'some_other_action', 'view:own', 'view:*'] }),
  ];
  const folder = await folderOf({
    ...DOORS,
    'policies/door.yaml': DOORS['policies/door.yaml'].replace('[open]', '[open, "view:*"]'),
    'policy-tests/invariants.yaml': JSON.stringify({ kinds: { door: { sentences } } }),
  });
  const { code, stdout } = await policy('verify', ...at(folder));
  expect(code).toBe(8);
  expect(stdout).toContain('ABOUT NOTHING: no rule of door names the action opne; rules name open, view:*');
  expect(stdout).toContain('ABOUT NOTHING: no rule of door names the action close; ');
  for (const id of ['misspelt', 'excepted', 'asked', 'changed', 'moot']) expect(stdout).toContain(`:1: ${id} (D1)`);
  expect(stdout).not.toContain('known (D1)');
  expect(stdout).toContain('6 invariants, 0 violated, 5 about nothing, in');
});

test('a mutant is not killed by invariants that speak of nothing once its rule is gone', async () => {
  const suite = DOORS['tests/door_test.yaml'].replace('resources: [low, stranger]', 'resources: [low]');
  const folder = await folderOf({
    ...DOORS,
    'policies/door.yaml': `${DOORS['policies/door.yaml']}    - { name: users-knock, actions: [knock], effect: EFFECT_ALLOW, roles: [user] }\n`,
    'tests/door_test.yaml': suite,
    'policy-tests/invariants.yaml': JSON.stringify({
      kinds: {
        door: { sentences: [sentence({ id: 'knocking', actions: ['knock'], allowed_only_if: 'role == "user"' })] },
      },
    }),
  });
  const { stdout } = await policy('mutate', join(folder, 'tests'), ...at(folder), '--output', 'json');
  const { tried } = JSON.parse(stdout) as {
    tried: { what: string; fate: string; diff: string; violates?: string[] }[];
  };
  const gone = tried.find(({ diff }) => diff.includes('-    - { name: users-knock'));
  expect(gone).toMatchObject({ fate: 'survived', violates: [] });
});
