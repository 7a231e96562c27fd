import { documentsIn } from '@sparkgate/cerbos-policies/policy-documents';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readBundle } from '../../src/decision/bundle.ts';
import { actionExamples } from '@sparkgate/policy-workbench/space/action-examples';
import { coverageGround } from '@sparkgate/policy-workbench/coverage/points';
import { mutantsOf } from '@sparkgate/policy-workbench/mutate/mutants';
import { readPolicies } from '@sparkgate/cerbos-policies/read-policies';
import { openServers } from '../../src/review/policy-servers.ts';
import { readKindTexts } from '@sparkgate/cerbos-policies/kind-text';
import { DOORS, folderOf } from '../../packages/policy-workbench/test/support.ts';
import { policyHere } from './support.ts';

const policy = policyHere();

const DOOR = DOORS['policies/door.yaml'];
const policies = async (files: Record<string, string>): Promise<string> =>
  join(await folderOf({ ...DOORS, ...files }), 'policies');

const EVE = `apiVersion: api.cerbos.dev/v1
principalPolicy:
  principal: eve
  version: default
  rules:
    - resource: door
      actions:
        - action: open
          effect: EFFECT_DENY
          condition: { match: { expr: R.attr.floor == "LOW" } }
`;

test.each([
  ['disabled', false, DOOR.replace('resourcePolicy:', 'disabled: true\nresourcePolicy:')],
  ['of another version', true, DOOR.replace('version: default', 'version: staging')],
  ['of a scope', true, DOOR.replace('version: default', 'version: default\n  scope: acme')],
])('a policy that is %s decides nothing here; whether tests look at it: %s', async (_what, isTested, door) => {
  const folder = await policies({ 'policies/door.yaml': door });
  const files = await readPolicies(folder);
  const texts = readKindTexts(files);
  expect([...texts.keys()]).toEqual([]);
  expect([...(await readBundle(folder)).kinds.keys()]).toEqual([]);
  const mutants = mutantsOf(files, {
    texts,
    schemas: [],
    within: null,
    roles: ['user', 'tiktok_account'],
    asked: new Map(),
  });
  expect([coverageGround(files).points.length > 0, mutants.length > 0]).toEqual([isTested, isTested]);
});

test.each(['disabled: true\n', ''])(
  'an exception that is made (%s) counts only when it is not disabled',
  async (top) => {
    const files = await readPolicies(await policies({ 'policies/eve.yaml': top + EVE }));
    const door = readKindTexts(files).get('door');
    expect(door?.swayedBy).toEqual(top === '' ? ['the principal policy of eve'] : []);
  },
);

test('what is lost with a policy that becomes disabled is told, and what is gained when it is back', async () => {
  const before = await policies({});
  const after = await policies({ 'policies/door.yaml': `disabled: true\n${DOOR}` });
  const lost = await policy('impact', '--base-dir', before, '--policies', after, '--no-database');
  expect(lost.stdout).toMatch(/situations for open on door, 0 become allowed and 1 denied/);
  const gained = await policy('impact', '--base-dir', after, '--policies', before, '--no-database');
  expect(gained.stdout).toMatch(/situations for open on door, 1 become allowed and 0 denied/);
  expect(gained.code).toBe(10);
});

const MERGED = `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: door
  version: default
  schemas: { resourceSchema: { ref: "cerbos:///door.json" } }
  rules:
    - &members
      name: members-open
      actions: [open]
      effect: EFFECT_ALLOW
      roles: &people [user]
      condition: { match: { expr: R.attr.member } }
    - &all
      <<: *members
      name: all-see
      actions: [see]
      condition: { match: { expr: "true" } }
    - { name: all-ring, actions: [ring], <<: *all }
    - name: all-knock
      actions: [knock]
      effect: EFFECT_ALLOW
      roles: *people
`;

test('merge keys are read as Cerbos reads them', async () => {
  const folder = await policies({ 'policies/door.yaml': MERGED });
  const files = await readPolicies(folder);
  const rules = readKindTexts(files).get('door')?.rules ?? [];
  expect(rules.map(({ actions, roles, leaves }) => [actions, roles, leaves])).toEqual([
    [['open'], ['user'], ['R.attr.member']],
    [['see'], ['user'], ['true']],
    [['ring'], ['user'], ['true']],
    [['knock'], ['user'], []],
  ]);
  expect((await readBundle(folder)).kinds.get('door')?.rules.map(({ effect }) => effect)).toEqual(
    Array<string>(4).fill('EFFECT_ALLOW'),
  );
  const lines = coverageGround(files).points.map(({ line, owner }) => `${line} ${owner}`);
  expect(lines).toEqual([
    '8 members-open',
    '12 members-open',
    '14 all-see',
    '17 all-see',
    '18 all-ring',
    '17 all-ring',
    '19 all-knock',
  ]);
  const servers = await openServers();
  const { pdp } = await servers.start(folder);
  const ids = { principalId: 'subject', principalAttr: {}, resourceId: 'resource' };
  const answers = await pdp.ask(
    ['open', 'see', 'ring', 'knock'].map((action) => {
      return { kind: 'door', action, roles: ['user'], ...ids, resourceAttr: { member: false, floor: 'LOW' } };
    }),
  );
  await servers.close();
  expect(answers.map(({ allowed }) => allowed)).toEqual([false, true, true, true]);
});

test('another anchor under a merge key is a change', async () => {
  const text = MERGED.replace('<<: *all }', '<<: *members }');
  const [before, after] = [
    await policies({ 'policies/door.yaml': text }),
    await policies({ 'policies/door.yaml': MERGED }),
  ];
  const { stdout, code } = await policy('impact', '--base-dir', before, '--policies', after, '--no-database');
  expect(stdout).toMatch(/situations for ring on door, 1 become allowed and 0 denied/);
  expect(code).toBe(10);
});

test('a mutant of what is merged in changes the text of the anchor, once', async () => {
  const files = await readPolicies(await policies({ 'policies/door.yaml': MERGED }));
  const mutants = mutantsOf(files, {
    texts: readKindTexts(files),
    schemas: [],
    within: null,
    roles: ['user', 'tiktok_account'],
    asked: new Map(),
  });
  const flips = mutants.filter(({ what }) => what.startsWith('flips'));
  expect(flips.map(({ line }) => line)).toEqual([10, 21]);
  expect(documentsIn('door.yaml', flips[0]?.text ?? '').map(({ content }) => content)).toMatchObject([
    { resourcePolicy: { rules: ['DENY', 'DENY', 'DENY', 'ALLOW'].map((it) => ({ effect: `EFFECT_${it}` })) } },
  ]);
  expect(mutants.filter(({ text }) => documentsIn('door.yaml', text).length === 0)).toEqual([]);
});

test.each([
  [
    ['open', 'see'],
    ['open', 'see', 'some_other_action'],
  ],
  [
    ['open', '*'],
    ['open', 'some_other_action'],
  ],
  [['view:*'], ['view:something', 'some_other_action']],
  [['{preview,watch}_live*'], ['preview_livesomething', 'some_other_action']],
])('the actions that are tried for %j', (names, tried) => {
  expect(actionExamples(names)).toEqual(tried);
});

test('an action is tried for patterns that meet, and for what is beyond all of them', () => {
  const tried = actionExamples(['view:*', '*:own', 'some*']);
  expect(tried).toContain('view:own');
  expect(tried.filter((it) => !/^view:|:own$|^some/.test(it))).toHaveLength(1);
});

test('a pattern that Cerbos does not match as it reads is refused by every command', async () => {
  const folder = await policies({ 'policies/eve.yaml': EVE.replace('resource: door', 'resource: "d{,o}*"') });
  const refused = /^sparkgate: eve\.yaml:6: Cerbos cannot be relied on to match d\{,o\}\*/;
  for (const command of [['verify'], ['coverage'], ['mutate'], ['impact', '--no-database', '--base-dir', folder]]) {
    const { stderr, code } = await policy(...command, '--policies', folder);
    expect([command, stderr]).toEqual([command, expect.stringMatching(refused)]);
    expect(code).toBe(1);
  }
});

test('what a role policy allows is narrowed, widened and removed', async () => {
  const clerk = `apiVersion: api.cerbos.dev/v1
rolePolicy:
  role: clerk
  parentRoles: [user]
  rules:
    - resource: door
      allowActions: [see, knock]
`;
  const files = await readPolicies(await policies({ 'policies/clerk.yaml': clerk }));
  const mutants = mutantsOf(files, {
    texts: readKindTexts(files),
    schemas: [],
    within: null,
    roles: ['user', 'tiktok_account'],
    asked: new Map(),
  });
  const own = mutants.filter(({ file }) => file === 'clerk.yaml').map(({ what }) => what);
  expect(own).toEqual(
    expect.arrayContaining([
      'removes the rule',
      'narrows allowActions: without see',
      'adds open to allowActions',
      'adds "*" to allowActions',
    ]),
  );
});

test('what a pattern with braces allows breaks the sentence that forbids it', async () => {
  const never = DOORS['tests/invariants.yaml']
    .replace('actions: [open]', 'actions: "*"')
    .replace('R.attr.member', '"false"');
  const folder = await folderOf({
    ...DOORS,
    'policies/door.yaml': DOOR.replace('[open]', '["{open,force}_*"]'),
    'tests/invariants.yaml': never,
  });
  const where = ['--policies', join(folder, 'policies'), '--invariants', join(folder, 'tests/invariants.yaml')];
  const { stdout, code } = await policy('verify', ...where);
  expect(stdout).toContain('open_something ALLOW');
  expect(code).not.toBe(0);
});

test('mutants of a principal policy that no test notices are no equivalent ones', async () => {
  const folder = await folderOf({ ...DOORS, 'policies/eve.yaml': EVE });
  const where = [join(folder, 'tests'), '--policies', join(folder, 'policies')];
  const { stdout, code } = await policy('mutate', ...where, '--invariants', '/nowhere', '--output', 'json');
  const { tried } = JSON.parse(stdout) as { tried: { file: string; what: string; fate: string }[] };
  const eve = tried.filter(({ file }) => file === 'eve.yaml');
  expect(eve.map(({ what }) => what)).toEqual(
    expect.arrayContaining([
      'removes the rule',
      'flips EFFECT_DENY',
      'drops the condition',
      'takes "*" for open',
      '== becomes !=',
    ]),
  );
  expect(new Set(eve.map(({ fate }) => fate))).toEqual(new Set(['untold', 'refused']));
  expect(code).toBe(7);
});
