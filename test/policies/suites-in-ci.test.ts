import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expected, FOUR_EYES, strangersRepository } from '../../packages/policy-workbench/test/strangers.ts';
import { editedPolicies, policyHere, type Edit } from '../review/support.ts';
import { runWorkflow } from './workflow.ts';

const policy = policyHere();

const [DOC, ROLES, ACME, INTERN] = [
  'policies/my doc.yaml',
  'policies/derived roles.yaml',
  'policies/acme/документ.yaml',
  'policies/roles/intern.yaml',
];
const [GATE, GATE_TEST, DOC_TEST] = ['policies/ворота.yaml', 'policies/gate_test.yaml', 'policies/my doc_test.yaml'];

const SCOPED = '  - name: a scope of their own';

/** What is done to the files of a repository: texts that become others, and files that go or move. */
type Change = readonly (Edit | { gone: string } | { from: string; to: string })[];

/** How `test`, `mutate` and `impact` end; null: the one before has failed. */
type Ends = readonly [test: number, mutate: number | null, impact: number | null];

const MUTATIONS: [what: string, change: Change, ends: Ends, headline: RegExp][] = [
  [
    'every action for auditors',
    [[DOC, 'actions: [read]', 'actions: ["*"]']],
    [4, null, null],
    /aud write anns: expected DENY/,
  ],
  ['every role passes', [[GATE, 'roles: [user]', 'roles: ["*"]']], [4, null, null], /bob pass open: expected DENY/],
  [
    'another role passes',
    [[GATE, '[user]', '[user, auditor]']],
    [0, 7, 10],
    /^SOMETHING BECOMES ALLOWED: pass on gate\.$/m,
  ],
  [
    'no four eyes, and no test of them',
    [
      [DOC, FOUR_EYES, ''],
      [DOC_TEST, '{ write: EFFECT_ALLOW }', '{ write: EFFECT_ALLOW, approve: EFFECT_ALLOW }'],
      [DOC_TEST, SCOPED, `${expected('eve', 'eves', 'approve')}${expected('bob', 'bobs', 'approve')}${SCOPED}`],
    ],
    [0, 9, 10],
    /^SOMETHING BECOMES ALLOWED: approve on doc\.$/m,
  ],
  ['every action for a scope', [[ACME, '[print]', '["*"]']], [0, 0, 9], /^CANNOT TELL\. /m],
  ['every action for interns', [[INTERN, '[approve]', '["*"]']], [0, 9, 9], /^CANNOT TELL\. /m],
  ['owners of any role', [[ROLES, 'parentRoles: [user]', 'parentRoles: ["*"]']], [4, null, null], /bob write bobs/],
  ['eve writes', [{ gone: 'policies/people/eve.yaml' }], [4, null, null], /eve write eves: expected DENY/],
  ['no gates, and no test of them', [{ gone: GATE }, { gone: GATE_TEST }], [0, 9, 11], /^EVERYBODY LOSES .* gate:/m],
];

const HARMLESS: [what: string, change: Change, ends: Ends, headline: RegExp][] = [
  ['a comment', [[DOC, '# Whoever', '# Everybody who']], [0, 0, 0], /^No decision changes/m],
  [
    'another name for a rule',
    [[DOC, 'name: four-eyes', 'name: two-pairs-of-eyes']],
    [0, 0, 0],
    /^No decision changes/m,
  ],
  ['roles in another order', [[DOC, '[user, lead]', "['lead', user]"]], [0, 0, 0], /^No decision changes/m],
  ['another file', [{ from: DOC, to: 'policies/acme/ещё один.yaml' }], [0, 0, 0], /^No decision changes/m],
  [
    'a variable by another name',
    [
      [DOC, 'mine:', 'own:'],
      [DOC, 'V.mine', 'V.own'],
    ],
    [0, 0, 0],
    /^No decision changes/m,
  ],
];

async function changed(folder: string, changes: Change): Promise<void> {
  for (const it of changes) {
    if ('gone' in it) await rm(join(folder, it.gone));
    else if ('from' in it) await rename(join(folder, it.from), join(folder, it.to));
    else {
      const [file, from, to] = it;
      const text = await readFile(join(folder, file), 'utf8');
      expect(text).toContain(from);
      await writeFile(join(folder, file), text.replace(from, to));
    }
  }
}

test.each([...MUTATIONS, ...HARMLESS])("in a strangers' repository: %s", async (_what, change, ends, headline) => {
  const { folder } = await strangersRepository();
  await changed(folder, change);
  const at = ['--policies', join(folder, 'policies')];
  const beside = join(folder, 'policies');
  const tested = await policy('test', beside, ...at, '--output', 'json');
  if (tested.code !== 0) {
    expect([tested.code, null, null]).toEqual(ends);
    expect(tested.stderr).toMatch(headline);
    return;
  }
  const mutated = await policy('mutate', beside, ...at, '--changed-since', 'main');
  const impact = await policy('impact', ...at, '--base', 'main', '--no-database');
  expect([tested.code, mutated.code, impact.code], `${mutated.stdout}${mutated.stderr}${impact.stdout}`).toEqual(ends);
  expect(impact.stdout).toMatch(headline);
  if (mutated.code === 9) expect(mutated.stdout).not.toContain('100%');
});

const OURS: [what: string, edit: Edit | { gone: string }, code: number, headline: RegExp][] = [
  ['no policy of reviews', { gone: 'resource_policies/policy_review.yaml' }, 11, /^EVERYBODY LOSES .* policy_review:/m],
  [
    'another member',
    ['derived_roles/business_center.yaml', '== "ADMIN"', '!= null'],
    10,
    /^SOMETHING BECOMES ALLOWED: /m,
  ],
];

test.each(OURS)('of our own policies, without a database: %s', async (_what, edit, code, headline) => {
  const folder = await editedPolicies(...('gone' in edit ? [] : [edit]));
  if ('gone' in edit) await rm(join(folder, edit.gone));
  const impact = await policy('impact', '--base-dir', 'policies', '--policies', folder, '--no-database');
  expect(impact).toMatchObject({ code, stdout: expect.stringMatching(headline) });
  // Each sort of what was opened has its rule, with file and line.
  if (code === 10) expect(impact.stdout).toMatch(/^OPENED by \S+ \(\S+\.yaml:\d+, holds now\): .+ -> ALLOW$/m);
});

test('a base that does not compile is named, and an edit that mends it is not to blame', async () => {
  const { folder, git } = await strangersRepository();
  const text = await readFile(join(folder, GATE), 'utf8');
  await writeFile(join(folder, GATE), text.replace('R.attr.member', 'R.attr.member ==='));
  await git('commit', '--quiet', '--all', '-m', 'broken');
  await writeFile(join(folder, GATE), text);
  const at = ['--policies', join(folder, 'policies')];
  const impact = await policy('impact', ...at, '--base', 'main', '--no-database');
  expect(impact).toMatchObject({ code: 9, stdout: expect.stringContaining('THE BASE, main (') });
  expect(impact.stdout).toContain('changed ворота.yaml:7 rule members-pass');
  const mutated = await policy('mutate', join(folder, 'policies'), ...at, '--changed-since', 'main');
  expect(mutated).toMatchObject({ code: 0, stdout: expect.stringContaining('score 100%') });
});

test('what others changed since is no part of an edit', async () => {
  const { folder, git } = await strangersRepository();
  await git('checkout', '--quiet', '-b', 'edit');
  await git('checkout', '--quiet', 'main');
  await changed(folder, [[GATE, '[user]', '[user, auditor]']]);
  await git('commit', '--quiet', '--all', '-m', 'of others');
  await git('checkout', '--quiet', 'edit');
  const impact = await policy('impact', '--policies', join(folder, 'policies'), '--base', 'main', '--no-database');
  expect(impact).toMatchObject({ code: 0, stdout: expect.stringContaining('The policies are the same.') });
});

/** Whoever edits a policy wrongly may think so of its test, too. */
const OPEN_TEST = '  - name: gates';

const WORKFLOW: [what: string, change: Change, fails: readonly string[], log: RegExp][] = [
  [
    'a sentence that is violated, with its test changed',
    [
      [GATE, 'condition: { match: { expr: R.attr.member } }', ''],
      [GATE_TEST, '  - name: gates', OPEN_TEST],
    ],
    ['Policy tests', 'Invariants', 'Coverage'],
    /^::error file=policy-tests\/invariants\.yaml,line=4,title=violated::members-only /m,
  ],
  ['a kind that is gone', [{ gone: GATE }, { gone: GATE_TEST }], ['Invariants'], /^::warning title=somebody loses::/m],
];

test.each(WORKFLOW)('the workflow on a branch with %s', async (_what, change, fails, log) => {
  const { folder } = await strangersRepository();
  await changed(folder, change);
  const ran = await runWorkflow(folder, { BASE: 'main' });
  expect({ failed: ran.failed, log: ran.log }).toEqual({ failed: fails, log: expect.stringMatching(log) });
  expect(ran.reports.length).toBeGreaterThan(2);
  for (const xml of ran.reports) expect(xml).toMatch(/^<\?xml [^]*<\/testsuites>\n$/);
});
