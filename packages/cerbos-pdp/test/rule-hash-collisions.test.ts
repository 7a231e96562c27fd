import { policiesOf, type Policies } from '@sparkgate/cerbos-policies/policies';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DecisionInput } from '../src/decision-input.ts';
import { refuseHashCollisions } from '@sparkgate/cerbos-policies/rule-hash-collisions';
import type { PolicyServers } from '../src/policy-servers.ts';
import { openLocalServers } from '../src/local-servers.ts';
import { temporaryFolder } from './support.ts';

type Match = { expr: string } | { all: { of: Match[] } } | { any: { of: Match[] } } | { none: { of: Match[] } };

const x = { expr: 'R.attr.x' };
const y = { expr: 'R.attr.y' };

const policy = (
  kind: string,
  match: Match,
  { rule = {}, ...more }: { rule?: object; constants?: object; importDerivedRoles?: string[] } = {},
): string =>
  JSON.stringify({
    apiVersion: 'api.cerbos.dev/v1',
    resourcePolicy: {
      resource: kind,
      version: 'default',
      ...more,
      rules: [{ actions: ['open'], effect: 'EFFECT_ALLOW', roles: ['user'], condition: { match }, ...rule }],
    },
  });

const folder = (files: Record<string, string>): Policies =>
  policiesOf({ hash: '', files: new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])) });

const named = (name: string): object => ({ output: { when: { ruleActivated: `"${name}"` } } });
const owners = (expr: string): string =>
  JSON.stringify({
    apiVersion: 'api.cerbos.dev/v1',
    derivedRoles: {
      name: 'owners',
      definitions: [{ name: 'owner', parentRoles: ['user'], condition: { match: { expr } } }],
    },
  });
const throughOwner = { importDerivedRoles: ['owners'], rule: { roles: [], derivedRoles: ['owner'] } };

test.each<[string, Record<string, string>, RegExp]>([
  [
    'all and any of the same',
    { 'a.yaml': policy('a', { all: { of: [x, y] } }), 'b.yaml': policy('b', { any: { of: [x, y] } }) },
    /^a\.yaml:1 and b\.yaml:1: Cerbos cannot tell apart these two rules.*output/,
  ],
  [
    'something and none of it',
    { 'a.yaml': policy('a', x), 'b.yaml': policy('b', { none: { of: [x] } }) },
    /these two rules/,
  ],
  [
    'other nesting',
    {
      'a.yaml': policy('a', { all: { of: [x, y] } }),
      'b.yaml': policy('b', { all: { of: [{ none: { of: [x] } }, y] } }),
    },
    /these two rules/,
  ],
  [
    'what is a condition of the rule here, and of the derived role there',
    {
      'a.yaml': policy('a', { any: { of: [y, x] } }, throughOwner),
      'b.yaml': policy('b', { all: { of: [y, x] } }, throughOwner),
      'owners.yaml': owners('R.attr.x'),
    },
    /these two rules/,
  ],
  [
    'a rule of another version',
    {
      'a.yaml': policy('a', { all: { of: [x, y] } }),
      'b.yaml': policy('a', { any: { of: [x, y] } }).replace('default', 'staging'),
    },
    /these two rules/,
  ],
  [
    'a condition that is merged in',
    {
      'a.yaml': `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: a
  version: default
  rules:
    - &a { actions: [open], effect: EFFECT_ALLOW, roles: [user], condition: { match: { expr: R.attr.x } } }
    - { <<: *a, condition: { match: { none: { of: [{ expr: R.attr.x }] } } } }`,
    },
    /^a\.yaml:6 and a\.yaml:7: /,
  ],
  [
    'constants of which one is no and one is empty',
    {
      'a.yaml': policy('a', { expr: 'R.attr.x == C.c' }, { constants: { local: { c: false } } }),
      'b.yaml': policy('b', y, { constants: { local: { c: '' } } }),
    },
    /^a\.yaml:1 and b\.yaml:1: Cerbos cannot tell apart these two constants/,
  ],
])('refuses %s', (_what, files, message) => {
  expect(() => refuseHashCollisions(folder(files))).toThrow(message);
});

test.each<[string, Record<string, string>]>([
  [
    'a rule of a disabled policy',
    {
      'a.yaml': policy('a', { all: { of: [x, y] } }),
      'b.yaml': policy('b', { any: { of: [x, y] } }).replace('{', '{"disabled":true,'),
    },
  ],
  ['the same rule twice', { 'a.yaml': policy('a', x), 'b.yaml': policy('b', { all: { of: [x] } }) }],
  [
    'rules with an output of their own',
    {
      'a.yaml': policy('a', { all: { of: [x, y] } }, { rule: named('a') }),
      'b.yaml': policy('b', { any: { of: [x, y] } }, { rule: named('b') }),
    },
  ],
  [
    'rules about different actions',
    {
      'a.yaml': policy('a', { all: { of: [x, y] } }),
      'b.yaml': policy('b', { any: { of: [x, y] } }, { rule: { actions: ['close'] } }),
    },
  ],
  [
    'the same condition for a role and for a derived role',
    {
      'a.yaml': policy('a', x),
      'b.yaml': policy('b', x, throughOwner),
      'owners.yaml': owners('R.attr.y'),
    },
  ],
])('takes %s', (_what, files) => {
  expect(() => refuseHashCollisions(folder(files))).not.toThrow();
});

let servers: PolicyServers;
beforeAll(async () => {
  servers = await openLocalServers();
});
afterAll(async () => servers.close());

const match: fc.Memo<Match> = fc.memo((depth) => {
  const leaf = fc.constantFrom(x, y, { expr: 'R.attr.z' });
  if (depth <= 1) return leaf;
  const of = fc.array(match(depth - 1), { minLength: 1, maxLength: 3 });
  const parts = of.map((it) => ({ of: it }));
  return fc.oneof(leaf, fc.record({ all: parts }), fc.record({ any: parts }), fc.record({ none: parts }));
});

const meaning = (it: Match, attr: Record<string, boolean>): boolean => {
  if ('expr' in it) return attr[it.expr.slice('R.attr.'.length)] === true;
  if ('all' in it) return it.all.of.every((part) => meaning(part, attr));
  if ('any' in it) return it.any.of.some((part) => meaning(part, attr));
  return !it.none.of.some((part) => meaning(part, attr));
};

test('what is not refused is decided by Cerbos as it is written', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(match(3), { minLength: 60, maxLength: 60 }), async (matches) => {
      const files: Record<string, string> = {};
      const kept = matches.flatMap((it, index) => {
        const more = { [`k${index}.yaml`]: policy(`k${index}`, it) };
        try {
          refuseHashCollisions(folder({ ...files, ...more }));
        } catch {
          return [];
        }
        Object.assign(files, more);
        return [{ kind: `k${index}`, match: it }];
      });
      const dir = join(temporaryFolder(), 'policies');
      mkdirSync(dir);
      for (const [path, text] of Object.entries(files)) writeFileSync(join(dir, path), text);
      const { pdp, stop } = await servers.start(dir);
      const asked = kept.flatMap((it) => SITUATIONS.map((attr) => ({ ...it, attr })));
      const answers = await pdp.ask(asked.map(({ kind, attr }) => question(kind, attr)));
      await stop();
      expect(answers.map(({ allowed }) => allowed)).toEqual(asked.map((it) => meaning(it.match, it.attr)));
    }),
    { numRuns: 12 },
  );
});

const SITUATIONS = Array.from({ length: 8 }, (_, bits) => ({
  x: (bits & 1) > 0,
  y: (bits & 2) > 0,
  z: (bits & 4) > 0,
}));

const question = (kind: string, resourceAttr: Record<string, boolean>): DecisionInput => ({
  kind,
  action: 'open',
  roles: ['user'],
  principalId: 'subject',
  principalAttr: {},
  resourceId: 'resource',
  resourceAttr,
});
