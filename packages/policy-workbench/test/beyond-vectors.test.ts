import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPolicies } from '@sparkgate/cerbos-policies/read-policies';
import { readKindTexts } from '@sparkgate/cerbos-policies/kind-text';
import { openSpace } from '../src/verify/verify-kind.ts';
import { DOORS, folderOf, workbenchHere } from './support.ts';
import { NO_SERVICE } from '../src/contract.ts';

const workbench = workbenchHere();

const DOOR = 'policies/door.yaml';
const SCHEMA = JSON.stringify({
  type: 'object',
  properties: {
    member: { type: 'boolean' },
    floor: { type: 'string', enum: ['LOW', 'HIGH'] },
    tags: { type: 'array', items: { type: 'string', enum: ['a', 'b'] } },
  },
  required: ['member', 'floor', 'tags'],
  additionalProperties: false,
});

const doors = async (expr: string, more: Record<string, string> = {}): Promise<string> =>
  folderOf({
    ...DOORS,
    'policies/_schemas/door.json': SCHEMA,
    [DOOR]: DOORS[DOOR].replace('R.attr.floor == "LOW"', JSON.stringify(expr)),
    ...more,
  });

const verify = async (folder: string) =>
  workbench('verify', '--policies', join(folder, 'policies'), '--invariants', join(folder, 'tests/invariants.yaml'));

/** Opens the space of doors whose policy has this expression. */
const open = async (expr: string) => {
  const folder = join(await doors(expr), 'policies');
  const door = readKindTexts(await readPolicies(folder)).get('door');
  if (!door) throw new Error('there is no door');
  return openSpace(folder, NO_SERVICE, door);
};

test.each([
  ['P.id == "sam"', 'its policy looks at P.id'],
  ['has(P.attr.superuser) && P.attr.superuser', 'its policy looks at P.attr.superuser'],
  ['R.id == "d"', 'its policy looks at R.id'],
  ['"owner" in runtime.effectiveDerivedRoles', 'its policy looks at runtime.effectiveDerivedRoles'],
  ['now() > timestamp("2030-01-01T00:00:00Z")', 'its policy calls now()'],
  ['math.least(1.0, 2.0) == 1.0', 'its policy calls '],
  ['R.attr.tags[0] == "b"', 'its policy looks at tags other than for what is in it'],
  ['size(R.attr.tags) > 2', 'its policy looks at tags other than for what is in it'],
])('where a rule says %s, no vector speaks for all who have it', async (expr, why) => {
  await expect(open(expr)).rejects.toThrow(why);
});

test.each(['"b" in R.attr.tags', 'size(R.attr.tags) > 0', 'hasIntersection(R.attr.tags, ["a"])', '"user" in P.roles'])(
  'where a rule says %s, vectors do',
  async (expr) => {
    expect((await open(expr)).size).toBe(16);
  },
);

test('a kind with invariants that vectors do not say all of is an error, never a success', async () => {
  const { code, stderr } = await verify(await doors('P.id == "sam"'));
  expect(stderr).toContain('door has invariants, yet its vectors cannot be counted: its policy looks at P.id');
  expect(code).toBe(1);
});

test('a principal policy makes exceptions, so no sentence can be said to hold of everybody', async () => {
  const eve = `
apiVersion: api.cerbos.dev/v1
principalPolicy:
  principal: eve
  version: default
  rules:
    - resource: "do*"
      actions: [{ action: "*", effect: EFFECT_ALLOW }]
`;
  const { code, stderr } = await verify(await doors('R.attr.floor == "LOW"', { 'policies/eve.yaml': eve }));
  expect(stderr).toContain('the principal policy of eve makes exceptions from it');
  expect(code).toBe(1);
});

test('a mutant that no test notices, and that nobody can judge, is no equivalent one', async () => {
  const folder = await folderOf({ ...DOORS, [DOOR]: DOORS[DOOR].replace('R.attr.floor == "LOW"', 'R.id != "cellar"') });
  const where = [join(folder, 'tests'), '--policies', join(folder, 'policies')];
  const { code, stdout } = await workbench('mutate', ...where, '--invariants', '/nowhere', '--output', 'json');
  const report = JSON.parse(stdout);
  expect(report.equivalent).toBe(0);
  expect(report.untold).toBeGreaterThan(0);
  expect(report.score).toBeLessThan(100);
  expect(code).toBe(7);
});
