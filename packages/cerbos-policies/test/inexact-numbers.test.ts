import { expect, test } from 'vitest';
import { inexactNumbers } from '../src/inexact-numbers.ts';
import { documentsIn } from '../src/policy-documents.ts';
import { documentPolicy } from './support.ts';

const FILE = 'resource_policies/document.yaml';

/** The numbers that are warned of, in their order. */
function warned(text: string): (string | undefined)[] {
  return inexactNumbers({ documents: documentsIn(FILE, text) }).map(
    (it) => /^resource_policies\/document\.yaml:\d+: (\S+) in `.*` is no number/.exec(it)?.[1],
  );
}

test.each<[string, string[]]>([
  ['R.attr.advertiser_id == 7123456789012345678', ['7123456789012345678']],
  ['R.attr.n == 9007199254740993', ['9007199254740993']],
  ['R.attr.n == -9007199254740993', ['9007199254740993']],
  ['uint(R.attr.n) == 18446744073709551615u', ['18446744073709551615']],
  ['R.attr.n == 0x20000000000001', ['0x20000000000001']],
  ['R.attr.n in [1, 9007199254740993, 3, 9007199254740995]', ['9007199254740993', '9007199254740995']],
  ['R.attr.n == 0.1000000000000000055511151231257827', ['0.1000000000000000055511151231257827']],
  ['R.attr.n>.12345678901234567890', ['.12345678901234567890']],
  ['R.attr.n < 123456789012345678e-3', ['123456789012345678e-3']],
  ['"a" == R.attr.x && R.attr.n == 9007199254740993 // 9007199254740995', ['9007199254740993']],
  ['R.attr.n == 9007199254740992 || R.attr.n == 9007199254740994u || R.attr.n == 0x20000000000002', []],
  ['R.attr.n >= 0.1 && R.attr.n <= 1e21 && R.attr.n != 0.10 && R.attr.n != 5e-324', []],
  ['R.attr.id == "7123456789012345678" && R.attr.id != \'9007199254740993\'', []],
  ['R.attr.id == "\\"9007199254740993" || R.attr.id == r"\\" || R.attr.id == b"9007199254740993"', []],
  ['R.attr.id == """a " 9007199254740993""" || R.attr.id == r\'\'\'9007199254740993 \\\'\'\'', []],
  ['R.attr.a9007199254740993 == P.attr._9007199254740993', []],
  ['timestamp("2026-01-01T00:00:00.123456789012345678Z") < now()', []],
])('%s', (expression, numbers) => {
  expect(warned(documentPolicy(expression))).toEqual(numbers);
});

const BIG = '9007199254740993';

test.each<[string, string, string[]]>([
  [
    'a constant',
    `constants: {local: {big: ${BIG}, list: [1, 9007199254740995], text: "${BIG}"}}`,
    [BIG, '9007199254740995'],
  ],
  [
    'a constant in hexadecimal and octal',
    'constants: {local: {a: 0x20000000000001, b: 0o400000000000000001}}',
    ['0x20000000000001', '0o400000000000000001'],
  ],
  [
    'constants that are exact',
    'constants: {local: {a: 9007199254740992, b: 0.1, c: .5, d: .inf, e: +12, f: 1e21}}',
    [],
  ],
  ['a variable', `variables: {local: {is_big: R.attr.n == ${BIG}}}`, [BIG]],
  ['an anchor and what stands for it', `variables: {local: {a: &a R.attr.n == ${BIG}, b: *a}}`, [BIG]],
  ['a name or a description that holds digits', `variables: {local: {v${BIG}: "true"}}`, []],
])('%s', (_, more, numbers) => {
  expect(warned(documentPolicy('true', more))).toEqual(numbers);
});

test.each<[string, string, string[]]>([
  [
    'a derived role',
    `derivedRoles: {name: d, definitions: [{name: r, parentRoles: [user], condition: {match: {expr: R.attr.n == ${BIG}}}}]}`,
    [BIG],
  ],
  ['exported variables', `exportVariables: {name: v, definitions: {a: R.attr.n == ${BIG}}}`, [BIG]],
  ['exported constants', `exportConstants: {name: c, definitions: {a: ${BIG}}}`, [BIG]],
  [
    'an output',
    `resourcePolicy: {resource: document, version: default, rules: [{actions: [a], effect: EFFECT_ALLOW, roles: [user], output: {when: {ruleActivated: '${BIG}', conditionNotMet: '"${BIG}"'}}}]}`,
    [BIG],
  ],
  [
    'a principal policy',
    `principalPolicy: {principal: p, version: default, rules: [{resource: document, actions: [{action: a, effect: EFFECT_DENY, condition: {match: {all: {of: [{expr: R.attr.n == ${BIG}}]}}}}]}]}`,
    [BIG],
  ],
  ['a disabled policy', `disabled: true\nexportConstants: {name: c, definitions: {a: ${BIG}}}`, []],
])('in %s', (_, text, numbers) => {
  expect(warned(`apiVersion: api.cerbos.dev/v1\n${text}\n`)).toEqual(numbers);
});

test('file, line and expression are named', () => {
  const text = documentPolicy(
    'true',
    'variables:\n  local:\n    known: >-\n      R.attr.n ==\n      7123456789012345678\n',
  );
  expect(inexactNumbers({ documents: documentsIn(FILE, text) })).toEqual([
    `${FILE}:8: 7123456789012345678 in \`R.attr.n == 7123456789012345678\` is no number that JSON can carry, ` +
      'so that none that is sent equals it. Compare texts, as ids are.',
  ]);
});
