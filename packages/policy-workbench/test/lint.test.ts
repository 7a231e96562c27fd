import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { readTraces } from '@sparkgate/cerbos-pdp/traces';
import { readPolicies } from '@sparkgate/cerbos-policies/read-policies';
import { LINT_RULES } from '../src/lint/lint-finding.ts';
import { lintPolicies } from '../src/lint/lint-policies.ts';
import { folderOf, workbenchHere } from './support.ts';

const workbench = workbenchHere();

/** What is sent in place of `R.attr.it`, to see whether an expression can be evaluated at all. */
const VALUES: readonly unknown[] = [2, 0.5, 'a', true, null, [1, 2], { a: 1 }];

const NULLABLE = JSON.stringify({
  type: 'object',
  properties: {
    it: true,
    l: { type: 'array', items: { type: 'object', properties: { n: { type: ['number', 'null'] } } } },
    level: { type: ['number', 'null'] },
    post: { anyOf: [{ type: 'object', properties: { open: { type: 'boolean' } } }, { type: 'null' }] },
    tags: { type: ['array', 'null'], items: { type: 'string' } },
    flag: { enum: [true, false, null] },
  },
});

const policyOf = (rules: readonly string[], more = ''): string => `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: thing
  version: default
  schemas: { resourceSchema: { ref: "cerbos:///thing.json" } }
${more}  rules:
${rules.map((it) => `    - ${it}\n`).join('')}`;

const when = (name: string, expression: string): string =>
  `{ name: ${name}, actions: [${name}], effect: EFFECT_ALLOW, roles: [user], condition: { match: { expr: ${JSON.stringify(expression)} } } }`;

const folderWith = async (rules: readonly string[], more = '', tests: Record<string, string> = {}): Promise<string> =>
  folderOf({ 'policies/thing.yaml': policyOf(rules, more), 'policies/_schemas/thing.json': NULLABLE, ...tests });

async function found(rules: readonly string[], more = ''): Promise<string[]> {
  const policies = await readPolicies(join(await folderWith(rules, more), 'policies'));
  return lintPolicies(policies, null).map(({ rule, line }) => `${line} ${rule}`);
}

/** The expressions that Cerbos cannot evaluate for any of these values, each with how many it can. */
async function evaluated(expressions: readonly string[], attrs: readonly object[]): Promise<Map<string, number>> {
  const names = expressions.map((_, index) => `e${index}`);
  const resources = Object.fromEntries(attrs.map((attr, index) => [`r${index}`, { id: 'r', kind: 'thing', attr }]));
  // What is decided does not count here, how it came about does.
  const NONE = { principal: 'u', resource: 'r0', actions: { e0: 'EFFECT_DENY' } };
  const suite = {
    name: 'probe',
    principals: { u: { id: 'u', roles: ['user'] } },
    resources,
    tests: [
      {
        name: 'all',
        input: { principals: ['u'], resources: Object.keys(resources), actions: names },
        expected: [NONE],
      },
    ],
  };
  const rules = expressions.map((it, index) => when(`e${index}`, it));
  const policy = policyOf(rules).replace(/ {2}schemas.*\n/, '');
  const folder = await folderOf({ 'p/thing.yaml': policy, 't/probe_test.yaml': JSON.stringify(suite) });
  const { stdout } = await compilePolicies(join(folder, 'p'), {
    tests: join(folder, 't'),
    output: 'json',
    verbose: true,
  });
  const counts = new Map(expressions.map((it) => [it, 0]));
  for (const { action, trace } of readTraces(stdout)) {
    const text = expressions[names.indexOf(action)] ?? '';
    const own = trace.filter(({ at }) => at.some((it) => it.kind === 'ACTION' && it.name === action));
    const last = own.find(({ at }) => at.at(-1)?.kind === 'EXPR');
    if (last && last.error === undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

const ALWAYS_ERR = [
  'R.attr.it + 1 == 3',
  '1 - R.attr.it == 1',
  'R.attr.it * 2 > 4',
  'R.attr.it / 2 == 1',
  'R.attr.it + 1u == 3u',
  'R.attr.it % 2 == 0',
  'R.attr.it % R.attr.it == 0',
  'R.attr.it + size(R.attr.it) == 4',
  'now().getHours() + R.attr.it > 0',
  '[R.attr.it].exists(x, R.attr.it - 1 > 0)',
];
const CAN_BE_EVALUATED = [
  'R.attr.it + 1.0 == 3.0',
  'R.attr.it == 2',
  'R.attr.it < 3',
  'R.attr.it in [1, 2]',
  'R.attr.it >= size(["a"])',
  'int(R.attr.it) + 1 == 3',
  'int(R.attr.it) % 2 == 0',
  '-R.attr.it < 3',
  'R.attr.it + "b" == "ab"',
  'R.attr.it + [3] == [1, 2, 3]',
  'size(R.attr.it) + 1 == 3',
];

test('what is said to err always errs in Cerbos, whatever is sent; what is not said to can be evaluated', async () => {
  const all = [...ALWAYS_ERR, ...CAN_BE_EVALUATED];
  const counts = await evaluated(
    all,
    VALUES.map((it) => ({ it })),
  );
  expect(all.filter((it) => counts.get(it) === 0)).toEqual(ALWAYS_ERR);
  const lines = await found(all.map((it, index) => when(`e${index}`, it)));
  expect(lines).toEqual(ALWAYS_ERR.map((_, index) => `${7 + index} always-errs`));
});

const NULL_ERRS = [
  'R.attr.level < 3',
  'R.attr.post.open == true',
  'size(R.attr.tags) > 0',
  '"a" in R.attr.tags',
  '!R.attr.flag',
  'R.attr.l.exists(x, x.n > 1.0)',
];
const NULL_IS_FINE = [
  'R.attr.level == 3',
  'R.attr.level != null && R.attr.level < 3',
  'R.attr.post != null && R.attr.post.open',
  'R.attr.flag == true && !R.attr.flag',
  'R.attr.l.exists(x, x.n != null && x.n > 1.0)',
];

test('what is said to err of null errs in Cerbos where all is null, and what is not said to does not', async () => {
  const all = [...NULL_ERRS, ...NULL_IS_FINE];
  const nothing = { level: null, post: null, tags: null, flag: null, l: [{ n: null }] };
  const counts = await evaluated(all, [nothing]);
  expect(all.filter((it) => counts.get(it) === 0)).toEqual(NULL_ERRS);
  const lines = await found(all.map((it, index) => when(`e${index}`, it)));
  expect(lines).toEqual(NULL_ERRS.map((_, index) => `${7 + index} unguarded-null`));
});

const rule = (name: string, more: string): string => `{ name: ${name}, actions: [open], ${more} }`;
const ALLOW = 'effect: EFFECT_ALLOW, roles: [user]';
const DENY = 'effect: EFFECT_DENY';
const all = (...of: readonly string[]): string =>
  `condition: { match: { all: { of: [${of.map((it) => `{ expr: ${JSON.stringify(it)} }`).join(', ')}] } } }`;

test.each([
  ['a condition that asks for nothing', [when('a', '1 == 1')], ['7 constant-condition']],
  ['a variable that comes to nothing asked', [when('a', 'V.always')], ['8 constant-condition']],
  [
    'two values at once',
    [rule('a', `${ALLOW}, ${all('R.attr.it == "x"', 'R.attr.it == "y"')}`)],
    ['7 constant-condition'],
  ],
  ['two values at once, in one expression', [when('a', 'R.attr.it == 1 && R.attr.it == 2')], ['7 constant-condition']],
  ['one of two values is not it', [when('a', 'R.attr.it != "x" || R.attr.it != "y"')], ['7 constant-condition']],
  ['one value, written in two ways', [when('a', 'R.attr.it == 1 && R.attr.it == 1.0')], []],
  ['either of two values', [when('a', 'R.attr.it == "x" || R.attr.it == "y"')], []],
  ['the time', [when('a', 'now() > timestamp("2026-01-01T00:00:00Z")')], []],
  ['a DENY for a role', [rule('a', `${DENY}, roles: [user]`), rule('b', ALLOW)], ['7 deny-for-some-roles']],
  ['a DENY for all', [rule('a', `${DENY}, roles: ["*"], ${all('R.attr.it == 1')}`), rule('b', ALLOW)], []],
  ['what is always denied', [rule('a', `${DENY}, roles: ["*"]`), rule('b', ALLOW)], ['8 dead-rule']],
  ['what was said before', [rule('a', ALLOW), rule('b', ALLOW)], ['8 dead-rule']],
  ['the same for others', [rule('a', ALLOW), rule('b', ALLOW.replace('user', 'key'))], []],
  [
    'all and any of the same',
    [
      rule('a', `${ALLOW}, ${all('R.attr.it == 1', 'R.attr.flag == true')}`),
      rule('b', `${ALLOW}, ${all('R.attr.it == 1', 'R.attr.flag == true').replace('all:', 'any:')}`),
    ],
    ['7 rule-hash-collision'],
  ],
])('%s', async (_what, rules, expected) => {
  const more = rules.some((it) => it.includes('V.always')) ? '  variables: { local: { always: 1 < 2 } }\n' : '';
  expect(await found(rules, more)).toEqual(expected);
});

test('the command ends with 15 and says it as text, JSON, annotations and SARIF; without anything found, with 0', async () => {
  const tests = {
    'policy-tests/thing_test.yaml': `name: thing
principals: { u: { id: u, roles: [user] } }
resources: { t: { id: t, kind: thing, attr: { it: 1 } } }
tests:
  - name: it holds
    input: { principals: [u], resources: [t], actions: [tried] }
    expected: [{ principal: u, resource: t, actions: { tried: EFFECT_ALLOW } }]
`,
  };
  const folder = await folderWith([when('tried', 'R.attr.it == 1'), when('errs', 'R.attr.it + 1 == 2')], '', tests);
  const at = [join(folder, 'policy-tests'), '--policies', join(folder, 'policies')];
  const text = await workbench('lint', ...at);
  expect(text.code).toBe(15);
  expect(text.stdout.split('\n').slice(0, 3)).toEqual([
    expect.stringMatching(/^thing\.yaml:7 rule-without-test: tried: in the tests it never does not apply\./),
    expect.stringMatching(/^thing\.yaml:8 always-errs: `R\.attr\.it \+ 1` always errs: .*int\(\.\.\.\)/),
    expect.stringMatching(/^thing\.yaml:8 rule-without-test: errs: in the tests it never applies/),
  ]);
  const sarif = JSON.parse((await workbench('lint', ...at, '--output', 'sarif')).stdout);
  expect(sarif).toMatchObject({ version: '2.1.0', runs: [{ tool: { driver: { name: 'policy-workbench lint' } } }] });
  expect(sarif.runs[0].results[1]).toMatchObject({
    ruleId: 'always-errs',
    level: 'error',
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: expect.stringMatching(/policies\/thing\.yaml$/) },
          region: { startLine: 8 },
        },
      },
    ],
  });
  const json = JSON.parse((await workbench('lint', ...at, '--output', 'json')).stdout);
  expect(json.findings[1]).toMatchObject({ level: 'error', rule: 'always-errs', file: 'thing.yaml', line: 8 });
  const github = await workbench('lint', ...at, '--output', 'github');
  expect(github.stdout).toMatch(/^::error file=.*policies\/thing\.yaml,line=8,title=always-errs::/m);
  const fails = tests['policy-tests/thing_test.yaml'].replace('it: 1', 'it: 2').replace('ALLOW', 'DENY');
  const whole = { ...tests, 'policy-tests/others_test.yaml': fails };
  const clean = await folderWith([when('tried', 'R.attr.it == 1')], '', whole);
  const none = await workbench('lint', join(clean, 'policy-tests'), '--policies', join(clean, 'policies'));
  expect(none).toEqual({ code: 0, stdout: 'Nothing was found.\n', stderr: '' });
});

test('each finding has a page, and each page a finding', async () => {
  const pages = await readdir(join(import.meta.dirname, '../docs/lint'));
  expect(pages.toSorted()).toEqual(
    Object.keys(LINT_RULES)
      .map((it) => `${it}.md`)
      .toSorted(),
  );
});
