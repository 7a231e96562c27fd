import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { namesAction, readBundle } from '../../src/decision/bundle.ts';
import { bundleOf, documentPolicy } from '../support/bundle.ts';

const FILE = 'resource_policies/document.yaml';
const kind = async (files: Record<string, string>) => (await bundleOf(files)).kinds.get('document');
const policy = async (expression: string, more = '') => kind({ [FILE]: documentPolicy(expression, more) });

describe('whether decisions of a kind depend on ids', () => {
  test.each([
    'P.id == "sam"',
    'R.id.startsWith("doc-")',
    'request.principal.id == R.attr.owner',
    'request.resource.id == "1"',
    'request . principal . id == "sam"',
    'P["id"] == "sam"',
    'request["resource"]["id"] == "1"',
    '[P].exists(it, it.id == "sam")',
    'request.principal == request.resource',
    'P.attr.name == P.id',
  ])('yes: %s', async (expression) => {
    expect(await policy(expression)).toMatchObject({ mentionsIds: true });
  });

  test.each([
    'R.attr.owner_id == P.attr.user_id',
    'request.resource.attr.id == "1"',
    'P.roles.exists(role, role == "user")',
    'R.kind == "document"',
    'V.id == "1"',
    'true',
  ])('no: %s', async (expression) => {
    expect(await policy(expression)).toMatchObject({ mentionsIds: false });
  });

  test('no: a comment mentions them', async () => {
    expect(await kind({ [FILE]: `# P.id and R.id, now()\n${documentPolicy('true')}` })).toEqual({
      actions: new Set(['read']),
      rules: [
        { name: 'request-by-a-principal', effect: 'EFFECT_ALLOW', actions: ['read'], reads: [], parts: new Set() },
      ],
      mentionsIds: false,
      mentionsTime: false,
      numbers: [],
      allowsAnyType: false,
    });
  });

  test.each(['mine', 'name', 'resource', 'ref', 'roles'])('yes: by a local variable called %s', async (name) => {
    const variables = `variables:\n  local:\n    ${name}: P.id == R.attr.owner`;
    expect(await policy(`V.${name}`, variables)).toMatchObject({ mentionsIds: true });
  });

  test.each(['id', 'name', 'roles'])('yes: by a variable of the older form called %s', async (name) => {
    const older = `variables:\n  ${name}: P.id\n${documentPolicy(`V.${name} != "mallory"`)}`;
    expect(await kind({ [FILE]: older })).toMatchObject({ mentionsIds: true });
    expect(await kind({ [FILE]: older.replace('P.id', 'now()') })).toMatchObject({ mentionsTime: true });
  });

  test('yes: by what is imported, and by what that imports', async () => {
    const files = {
      [FILE]: documentPolicy('true', 'importDerivedRoles: [around_documents]'),
      'derived_roles/documents.yaml': `
apiVersion: api.cerbos.dev/v1
derivedRoles:
  name: around_documents
  variables: {import: [owners]}
  definitions:
    - {name: owner, parentRoles: [user], condition: {match: {expr: V.name}}}`,
      'exports.yaml': `
apiVersion: api.cerbos.dev/v1
exportVariables:
  name: owners
  definitions: {name: request.principal.id == R.attr.owner}`,
    };
    expect(await kind(files)).toMatchObject({ mentionsIds: true });
    const unrelated = { ...files, [FILE]: documentPolicy('true') };
    expect(await kind(unrelated)).toMatchObject({ mentionsIds: false });
  });

  test('yes: beside a principal policy, which applies to one id', async () => {
    const principal = `
apiVersion: api.cerbos.dev/v1
principalPolicy: {principal: sam, version: default, rules: []}`;
    expect(await kind({ [FILE]: documentPolicy('true'), 'sam.yaml': principal })).toMatchObject({ mentionsIds: true });
  });

  test('yes: by the second of two documents in one file', async () => {
    const both = `${documentPolicy('true')}---${documentPolicy('P.id == "sam"')}`;
    expect(await kind({ [FILE]: both })).toMatchObject({ mentionsIds: true });
  });
});

test('the actions are also those that principal and role policies name', async () => {
  const files = {
    [FILE]: documentPolicy('true'),
    'sam.yaml': `
apiVersion: api.cerbos.dev/v1
principalPolicy:
  principal: sam
  version: default
  rules:
    - {resource: document, actions: [{action: shred, effect: EFFECT_ALLOW}]}
    - {resource: leaflet, actions: [{action: fold, effect: EFFECT_ALLOW}]}
    - {resource: "doc*", actions: [{action: scan, effect: EFFECT_ALLOW}]}`,
    'clerk.yaml': `
apiVersion: api.cerbos.dev/v1
rolePolicy: {role: clerk, version: default, parentRoles: [user], rules: [{resource: document, allowActions: [stamp]}]}`,
  };
  expect([...((await kind(files))?.actions ?? [])].toSorted()).toEqual(['read', 'scan', 'shred', 'stamp']);
});

test.each([
  ['disabled', 'disabled: true\n'],
  ['of another version', 'version: default', 'version: staging'],
  ['of a scope', 'version: default', 'version: default\n  scope: acme'],
])('a kind whose policy is %s is no kind', async (_what, from, to?: string) => {
  const text = documentPolicy('P.id == "sam"');
  const bundle = await bundleOf({ [FILE]: to === undefined ? from + text : text.replace(from, to) });
  expect([...bundle.kinds]).toEqual([]);
  expect(namesAction(bundle, 'document', 'read')).toBe(false);
});

test('an action is named by itself, and by a pattern that means it', async () => {
  const bundle = await bundleOf({ [FILE]: documentPolicy('true').replace('[read]', '[read, "{see,hear}:*"]') });
  const named = ['read', 'see:all', 'hear:', 'see', 'view', '{see,hear}:x'].filter((it) =>
    namesAction(bundle, 'document', it),
  );
  expect(named).toEqual(['read', 'see:all', 'hear:']);
});

test('what Cerbos would misread is refused with file and line', async () => {
  const text = documentPolicy('true').replace('[read]', '["a**a"]');
  await expect(bundleOf({ [FILE]: text })).rejects.toThrow(/^resource_policies\/document\.yaml:\d+: .*a\*\*a/);
});

test('what is merged in counts as if it were written there', async () => {
  const text = documentPolicy('P.id == "sam"').replace('- name', '- &first\n      name');
  const more = '    - <<: *first\n      name: another\n      actions: [print]\n';
  const rules = (await kind({ [FILE]: text + more }))?.rules;
  expect(rules?.map(({ actions, effect }) => [actions, effect])).toEqual([
    [['read'], 'EFFECT_ALLOW'],
    [['print'], 'EFFECT_ALLOW'],
  ]);
});

test('a kind that only a principal policy names is a kind', async () => {
  const files = {
    'sam.yaml': `
apiVersion: api.cerbos.dev/v1
principalPolicy:
  principal: sam
  version: default
  rules:
    - {resource: document, actions: [{action: shred, effect: EFFECT_ALLOW}]}
    - {resource: document, actions: [{action: fold, effect: EFFECT_ALLOW}]}`,
  };
  expect(await kind(files)).toEqual({
    actions: new Set(['shred', 'fold']),
    rules: [],
    mentionsIds: true,
    mentionsTime: false,
    numbers: [],
    allowsAnyType: true,
  });
});

test('what a rule looks at, through variables and derived roles too', async () => {
  const files = {
    [FILE]: documentPolicy(
      'P.attr.level > request.resource.attr["secrecy"] && V.open',
      'importDerivedRoles: [around_documents]\nvariables: {local: {open: R.attr.status == "open"}}',
    ),
    'derived_roles/documents.yaml': `
apiVersion: api.cerbos.dev/v1
derivedRoles:
  name: around_documents
  definitions:
    - {name: owner, parentRoles: [user], condition: {match: {expr: request.principal.attr.name == "olga"}}}`,
  };
  expect((await kind(files))?.rules[0]?.reads).toEqual([
    { side: 'subject', name: 'level' },
    { side: 'resource', name: 'secrecy' },
    { side: 'resource', name: 'status' },
    { side: 'subject', name: 'name' },
  ]);
});

test('no: the kinds of the project, so that all alike situations share one answer', async () => {
  const { kinds, warnings } = await readBundle(join(import.meta.dirname, '../../policies'));
  expect([...kinds.keys()].toSorted()).toEqual([
    'access_request',
    'ad_account',
    'business_center',
    'policy_review',
    'sparkgate_bundle',
    'sparkgate_service',
    'tiktok_account',
  ]);
  expect([...kinds.values()].filter((it) => it.mentionsIds || it.mentionsTime)).toEqual([]);
  expect(warnings).toEqual([]);
});

test.each([
  ['now() > timestamp(R.attr.until)', true],
  ['now () > timestamp(R.attr.until)', true],
  ['timestamp(R.attr.at).timeSince() < duration("1h")', true],
  ['R.attr.now == "now" && R.attr.known', false],
])('whether decisions depend on the time: %s: %s', async (expression, mentionsTime) => {
  expect(await policy(expression)).toMatchObject({ mentionsTime });
});

test('the hash changes with any text or name, and with nothing else', async () => {
  const text = documentPolicy('true');
  const { hash } = await bundleOf({ [FILE]: text });
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect((await bundleOf({ [FILE]: text, 'README.md': 'not a policy' })).hash).toBe(hash);
  const others = [
    { [FILE]: `${text} ` },
    { 'resource_policies/other.yaml': text },
    { [FILE]: text, '_schemas/document.json': '{}' },
    { 'resource_policies/document.yaml2.yaml': text },
  ];
  const hashes = await Promise.all(others.map(async (files) => (await bundleOf(files)).hash));
  expect(new Set([hash, ...hashes]).size).toBe(5);
});
