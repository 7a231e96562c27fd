import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { editedPolicies, policyHere } from '../review/support.ts';
import { changed, type Change } from './changes.ts';

const policy = policyHere();

const [ACCOUNT, CENTER, REQUEST, REVIEW, SERVICE] = [
  'tiktok_account',
  'business_center',
  'access_request',
  'policy_review',
  'sparkgate_service',
].map((kind) => `resource_policies/${kind}.yaml`) as [string, string, string, string, string];
const MEMBERS = 'derived_roles/business_center.yaml';
const GRANTEES = 'derived_roles/tiktok_account.yaml';

/** The rule of this name, with the comment above it, gone. */
const without = (name: string) => (text: string) => {
  const rest = text.replace(new RegExp(`(?: {4}#[^\n]*\n)*    - name: ${name}\n(?: {6}[^\n]*\n)*`), '');
  expect(rest).not.toBe(text);
  return rest;
};

const MUTATIONS: [what: string, suite: string, change: Change, failing: RegExp][] = [
  ['any member administers', 'business_center', [[MEMBERS, '== "ADMIN"', '!= null']], /: sam view_members /],
  // That members' own paths are of an active grant is said twice: without one they have no scopes.
  ['a grant that is over', 'tiktok_account', [[GRANTEES, ' && p.grant == "ACTIVE"', '']], /R10.*: expected DENY/],
  [
    'scopes that are assigned alone',
    'tiktok_account',
    [[ACCOUNT, '"POST" in intersect(p.granted, p.assigned)', '"POST" in p.assigned']],
    /expected DENY/,
  ],
  [
    'a frozen Business Center',
    'tiktok_account',
    [[ACCOUNT, '.filter(p, p.center_frozen != true)', '']],
    /R13.*frozen Business Center/,
  ],
  [
    'analysts run ads',
    'tiktok_account',
    [[ACCOUNT, '[ADMIN, OPERATOR]', '[ADMIN, OPERATOR, ANALYST]']],
    /analyst_of_adv1_p1: expected DENY/,
  ],
  [
    'a post that is not public',
    'tiktok_account',
    [[ACCOUNT, '\n        && R.attr.post.visibility == "PUBLIC"', '']],
    /create_spark_ad.*expected DENY/,
  ],
  ['a request that was cancelled', 'access_request', [[REQUEST, '== "PENDING"', '!= "DECLINED"']], /olga approve/],
  [
    'beyond a confinement',
    'sparkgate_service',
    [{ file: SERVICE, becomes: without('nothing-outside-the-keys-confinement') }],
    /outside.*expected DENY/,
  ],
  [
    'whoever is said to review',
    'policy_review',
    [[REVIEW, 'roles: [user]', 'roles: ["*"]']],
    /reviewing_account review/,
  ],
];

test.each(MUTATIONS)('of our own policies a test fails: %s', async (_what, suite, change, failing) => {
  const folder = await editedPolicies();
  await changed(folder, change);
  const tested = await policy('test', '--policies', folder, '--test-filter', `suite=${suite}`, '--output', 'json');
  expect(tested).toMatchObject({ code: 4, stderr: expect.stringMatching(failing) });
});

test('of our own policies one that is gone is said, whether its test is there or not', async () => {
  const folder = await editedPolicies();
  await changed(folder, [{ gone: REVIEW }]);
  const impact = await policy('impact', '--base-dir', 'policies', '--policies', folder, '--no-database');
  expect(impact).toMatchObject({ code: 11, stdout: expect.stringMatching(/^EVERYBODY LOSES .* policy_review:/m) });
});

test('each sort of what an edit of our own policies opens has its rule, with file and line', async () => {
  const folder = await editedPolicies([MEMBERS, '== "ADMIN"', '!= null']);
  const impact = await policy('impact', '--base-dir', 'policies', '--policies', folder, '--no-database');
  expect(impact).toMatchObject({ code: 10, stdout: expect.stringMatching(/^SOMETHING BECOMES ALLOWED: /m) });
  expect(impact.stdout).toMatch(/^OPENED by \S+ \(\S+\.yaml:\d+, holds now\): .+ -> ALLOW$/m);
});

/** What says the same in other words. */
const HARMLESS: Change = [
  [ACCOUNT, '# R7: LIVE opens', '# R7: whoever holds LIVE sees'],
  [ACCOUNT, 'name: linked-users-read-profile', 'name: linked-users-see-the-profile'],
  [ACCOUNT, 'actions: [assign_member, read_profile,', "actions: ['read_profile', assign_member,"],
  [
    ACCOUNT,
    'expr: V.assigned_post || V.assigned_live',
    'expr: >-\n            V.assigned_post ||\n            V.assigned_live',
  ],
  { file: ACCOUNT, becomes: (text) => text.replaceAll('EFFECT_ALLOW', '"EFFECT_ALLOW"') },
  { file: CENTER, becomes: (text) => text.replaceAll('\n', '\r\n') },
  {
    file: REQUEST,
    becomes: (text) =>
      text.replace(/( {4}# R2: the owner approves[^]*)( {4}# R2: the owner declines[^]*?\n\n)/, '$2$1'),
  },
  { file: SERVICE, becomes: (text) => JSON.stringify(parse(text), null, 2) },
  { from: REVIEW, to: 'reviews/who may look.yaml' },
  [MEMBERS, 'apiVersion', 'metadata: { annotations: { owner: staff } }\napiVersion'],
];

test('ten harmless edits of our own policies change nothing', async () => {
  const folder = await editedPolicies();
  await mkdir(join(folder, 'reviews'));
  await changed(folder, HARMLESS);
  expect(await policy('test', '--policies', folder, '--output', 'json')).toMatchObject({ code: 0 });
  const impact = await policy('impact', '--base-dir', 'policies', '--policies', folder, '--no-database');
  expect(impact).toMatchObject({ code: 0, stdout: expect.stringMatching(/^No decision changes, in any situation/) });
  expect(impact.stdout).not.toContain('Written differently');
});
