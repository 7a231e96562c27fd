import { documentsIn } from '../src/policy-documents.ts';
import { expect, test } from 'vitest';
import { refuseUnsupportedSyntax } from '../src/unsupported-syntax.ts';

const folder = (text: string) => ({ documents: documentsIn('a.yaml', text) });
const resource = (rule: string, more = ''): string => `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: document
  version: default
${more}  rules:
    - actions: [open]
      effect: EFFECT_ALLOW
      roles: [user]
    - ${rule}
`;
const principal = (rule: string): string => `apiVersion: api.cerbos.dev/v1
principalPolicy: { principal: eve, version: default, rules: [${rule}] }
`;
const rule = (actions: string, more = 'roles: [user]'): string =>
  `{ actions: ${actions}, effect: EFFECT_ALLOW, ${more} }`;
const merged = `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: document
  version: default
  rules:
    - { actions: [open], effect: EFFECT_ALLOW, roles: [user], condition: { match: &m { expr: R.attr.x } } }
    - actions: [shut]
      effect: EFFECT_ALLOW
      roles: [user]
      condition:
        match:
          <<: *m
          all: { of: [{ expr: R.attr.y }] }
`;

test.each([
  ['a pattern that Cerbos matches wrongly', resource(rule('["a**a"]')), 9, 'a**a'],
  ['a pattern that brings Cerbos down', resource(rule('["a{}**"]')), 9, 'a{}**'],
  ['a pattern of roles', resource(rule('[open]', 'roles: ["us*"]')), 9, 'us*'],
  ['a resource of a principal policy', principal('{ resource: "{a,b*}", actions: [] }'), 2, '{a,b*}'],
  [
    'an action of a principal policy',
    principal('{ resource: a, actions: [{ action: "***", effect: EFFECT_DENY }] }'),
    2,
    '***',
  ],
  ['another spelling of a field', resource(rule('[open]', 'derived_roles: [owner]')), 9, 'derivedRoles'],
  ['one condition merged into another', merged, 12, 'all and expr'],
])('refuses %s', (_what, text, line, named) => {
  expect(() => refuseUnsupportedSyntax(folder(text))).toThrow(`a.yaml:${line}: `);
  expect(() => refuseUnsupportedSyntax(folder(text))).toThrow(named);
});

test('refuses aliases beyond measure, which Cerbos may take', () => {
  const lists = Array.from({ length: 6 }, (_, level) => `l${level}: &l${level} [${`*l${level - 1}, `.repeat(9)}]`);
  const bomb = ['l: &l-1 [a]', ...lists].join('\n');
  expect(() => refuseUnsupportedSyntax(folder(bomb))).toThrow('a.yaml: Excessive alias count');
});

test.each([
  ['patterns that are made of parts that are sure', resource(rule('["{preview,watch}_live*", "view:*", "*"]'))],
  ['what would be no pattern anywhere', resource(rule('["{a,}", "a[", "b}"]'))],
  ['any role', resource(rule('[open]', 'roles: ["*"]'))],
  [
    'variables that are called like fields',
    resource(rule('[open]'), '  variables: { local: { action: "[1, 2][0] ** 1" } }\n'),
  ],
  ['a disabled policy', `disabled: true\n${resource(rule('["a**a"]'))}`],
])('takes %s', (_what, text) => {
  expect(() => refuseUnsupportedSyntax(folder(text))).not.toThrow();
});
