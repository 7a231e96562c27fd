import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Ended } from '../../packages/policy-workbench/test/in-process.ts';
import { expected, FOUR_EYES, strangersRepository } from '../../packages/policy-workbench/test/strangers.ts';
import { policyHere } from '../review/support.ts';
import { changed, type Change } from './changes.ts';

let environment: NodeJS.ProcessEnv = {};
const policy = policyHere(() => environment);

const [DOC, ROLES, ACME, INTERN, EVE] = [
  'policies/my doc.yaml',
  'policies/derived roles.yaml',
  'policies/acme/документ.yaml',
  'policies/roles/intern.yaml',
  'policies/people/eve.yaml',
];
const [GATE, GATE_TEST, DOC_TEST] = ['policies/ворота.yaml', 'policies/gate_test.yaml', 'policies/my doc_test.yaml'];

const SCOPED = '  - name: a scope of their own';

/** `test`, `mutate` and `impact` in the repository, against its branch main. */
async function commands(folder: string): Promise<readonly [tested: Ended, mutated: Ended, impact: Ended]> {
  const at = ['--policies', join(folder, 'policies')];
  const beside = join(folder, 'policies');
  return [
    await policy('test', beside, ...at, '--output', 'json'),
    await policy('mutate', beside, ...at, '--changed-since', 'main'),
    await policy('impact', ...at, '--base', 'main', '--no-database'),
  ];
}

const WRONG: [what: string, change: Change, failing: RegExp][] = [
  ['every action for auditors', [[DOC, 'actions: [read]', 'actions: ["*"]']], /aud write anns: expected DENY/],
  ['every role passes', [[GATE, 'roles: [user]', 'roles: ["*"]']], /bob pass open: expected DENY/],
  ['no four eyes', [[DOC, FOUR_EYES, '']], /ann approve anns: expected DENY/],
  ['owners of any role', [[ROLES, 'parentRoles: [user]', 'parentRoles: ["*"]']], /bob write bobs: expected DENY/],
  [
    'owners of whatever has one',
    [[ROLES, 'R.attr.owner == P.id', 'R.attr.owner != ""']],
    /ann write eves: expected DENY/,
  ],
  ['eve writes', [{ gone: EVE }], /eve write eves: expected DENY/],
];

test.each(WRONG)("in a strangers' repository a test fails: %s", async (_what, change, failing) => {
  const { folder } = await strangersRepository();
  await changed(folder, change);
  const beside = join(folder, 'policies');
  const { code, stderr } = await policy('test', beside, '--policies', beside, '--output', 'json');
  expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringMatching(failing) });
});

/** How `mutate` and `impact` end. */
type Ends = readonly [mutate: number, impact: number];

const UNNOTICED: [what: string, change: Change, ends: Ends, headline: RegExp][] = [
  [
    'another role passes',
    [[GATE, '[user]', '[user, auditor]']],
    [7, 10],
    /^SOMETHING BECOMES ALLOWED: pass on gate\.$/m,
  ],
  [
    'no four eyes, and no test of them',
    [
      [DOC, FOUR_EYES, ''],
      [DOC_TEST, '{ write: EFFECT_ALLOW }', '{ write: EFFECT_ALLOW, approve: EFFECT_ALLOW }'],
      [DOC_TEST, SCOPED, `${expected('eve', 'eves', 'approve')}${expected('bob', 'bobs', 'approve')}${SCOPED}`],
    ],
    [9, 10],
    /^SOMETHING BECOMES ALLOWED: approve on doc\.\nCANNOT TELL whether that is all \(see the notes\)\.$/m,
  ],
  ['every action for a scope', [[ACME, '[print]', '["*"]']], [9, 9], /^CANNOT TELL\. /m],
  ['every action for interns', [[INTERN, '[approve]', '["*"]']], [9, 9], /^CANNOT TELL\. /m],
  ['no gates, and no test of them', [{ gone: GATE }, { gone: GATE_TEST }], [9, 11], /^EVERYBODY LOSES .* gate:/m],
];

test.each(UNNOTICED)('where no test fails, mutants and impact say so: %s', async (_what, change, ends, headline) => {
  const { folder } = await strangersRepository();
  await changed(folder, change);
  const [tested, mutated, impact] = await commands(folder);
  const codes = [tested.code, mutated.code, impact.code];
  expect(codes, `${mutated.stdout}${mutated.stderr}${impact.stdout}`).toEqual([0, ...ends]);
  expect(impact.stdout).toMatch(headline);
  expect(mutated.stdout).not.toContain('100%');
});

/** What says the same in other words: nothing that decides differs. */
const SAME: Change = [
  [DOC, '# Whoever', '# Everybody who'],
  [DOC, 'name: four-eyes', 'name: two-pairs-of-eyes'],
  [DOC, '[user, lead]', `['lead', "user"]`],
  { file: DOC, becomes: (text) => text.replace(/( {4}- name: auditors[^]*)( {4}- name: users[^]*)/, '$2$1') },
  { from: DOC, to: 'policies/acme/ещё один.yaml' },
  [ROLES, 'R.attr.owner == P.id', '"R.attr.owner   == P.id"'],
  [ACME, '[print]', '\n        - print'],
  [INTERN, 'rolePolicy:', 'metadata: { annotations: { owner: staff } }\nrolePolicy:'],
  { file: EVE, becomes: (text) => JSON.stringify(parse(text)) },
  { file: GATE, becomes: (text) => text.replaceAll('\n', '\r\n') },
];

/** What decides the same by other words, which mutants and comparisons have to find out. */
const ALIKE: Change = [
  [DOC, 'mine:', 'own:'],
  [DOC, 'V.mine', 'V.own'],
  [GATE, 'expr: R.attr.member', 'expr: R.attr.member == true'],
];

test.each([
  ['ten edits that say the same', SAME, /^No mistake was tried: nothing that decides differs from main /m],
  ['two that decide the same', ALIKE, /; score 100%, /],
])("in a strangers' repository %s are harmless", async (_what, change, mutants) => {
  const { folder } = await strangersRepository();
  await changed(folder, change);
  const [tested, mutated, impact] = await commands(folder);
  expect([tested.code, mutated.code, impact.code], `${mutated.stdout}${impact.stdout}`).toEqual([0, 0, 0]);
  expect(mutated.stdout).toMatch(mutants);
  expect(impact.stdout).toMatch(/^No decision changes, in any situation that was compared\.$/m);
});

test('a base that does not compile is named, and an edit that mends it is not to blame', async () => {
  const { folder, git } = await strangersRepository();
  const text = await readFile(join(folder, GATE), 'utf8');
  await writeFile(join(folder, GATE), text.replace('R.attr.member', 'R.attr.member ==='));
  await git('commit', '--quiet', '--all', '-m', 'broken');
  await writeFile(join(folder, GATE), text);
  const [, mutated, impact] = await commands(folder);
  expect(impact).toMatchObject({ code: 9, stdout: expect.stringContaining('THE BASE, main (') });
  expect(impact.stdout).toContain('changed ворота.yaml:7 rule members-pass');
  expect(mutated).toMatchObject({ code: 0, stdout: expect.stringContaining('score 100%') });
});

test('what others changed since is no part of an edit, also in a hook of git', async () => {
  const { folder, git } = await strangersRepository();
  await git('checkout', '--quiet', '-b', 'edit');
  await git('checkout', '--quiet', 'main');
  await changed(folder, [[GATE, '[user]', '[user, auditor]']]);
  await git('commit', '--quiet', '--all', '-m', 'of others');
  await git('checkout', '--quiet', 'edit');
  // So a hook in a linked work tree finds it; without a work tree git takes any folder for its root.
  environment = { GIT_DIR: join(folder, '.git') };
  const impact = await policy('impact', '--policies', join(folder, 'policies'), '--base', 'main', '--no-database');
  environment = {};
  expect(impact).toMatchObject({ code: 0, stdout: expect.stringContaining('The policies are the same.') });
});
