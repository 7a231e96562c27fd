import { expect, test } from 'vitest';
import type { PdpClient } from '@sparkgate/cerbos-pdp/client';
import { DecidedUnit, sample } from '../src/space/decided-unit.ts';
import type { KindText, RuleText } from '@sparkgate/cerbos-policies/kind-text';
import { VectorSpace } from '../src/space/vector-space.ts';
import { VectorUnit } from '../src/space/vector-unit.ts';

const record = (properties: Record<string, unknown>, required = Object.keys(properties)): object => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const letters = { enum: ['A', 'B', 'C', 'D', 'E'] };
const listOf = (items: object): object => ({ type: 'array', items });
const SCHEMA = record(
  {
    paths: listOf(record({ via: letters, deep: listOf(record({ n: letters })) })),
    flat: listOf(record({ via: letters })),
    pair: listOf(record({ on: { type: 'boolean' } })),
    maybe: { anyOf: [listOf(record({ via: letters })), { type: 'null' }] },
    set: listOf(letters),
  },
  ['paths', 'flat', 'pair', 'maybe', 'set'],
);

const rule = (leaves: string[], variables: string[]): RuleText => ({
  name: 'r',
  file: 'r.yaml',
  actions: ['view'],
  effect: 'EFFECT_ALLOW',
  roles: ['user'],
  leaves,
  variables,
  text: '',
});
const text: KindText = { kind: 'k', file: 'r.yaml', schema: 'k.json', rules: [], files: [], swayedBy: [] };
const space = new VectorSpace('k', SCHEMA, [text], ['user']);
const untried = (leaf: string, variable = 'true'): string | null =>
  space.unit(['view'], [rule([leaf], [variable])]).untried;

test.each([
  'size(R.attr.flat) > 0 && R.attr.flat.exists(p, p.via == "A")',
  'size(R.attr.flat) >= 1 || R.attr.flat.filter(p, p.via == "A").size() == 0',
  'R.attr.flat == [] || R.attr.flat != [] || size(R.attr.flat) < 1 || size(R.attr.flat) <= 0',
  'R.attr.pair.map(p, p.on) == [true, false]',
  'R.attr.set == ["A", "B", "C", "D"] || size(R.attr.set) > 3',
])('every situation is looked at: %s', (leaf) => {
  expect(untried(leaf)).toBeNull();
});

test('a size that is compared with none is told apart from lists with something in them', () => {
  const unit = space.unit(['view'], [rule(['R.attr.flat.filter(p, p.via == "A").size() == 0'], [])]);
  expect(unit.classesOf('flat').representatives.map((list) => (list as object[]).length)).toEqual([0, 1]);
});

test.each([
  ['size(R.attr.flat) >= 3', '`size(R.attr.flat) >= 3` looks at all of flat at once'],
  ['size(R.attr.flat) != "0"', 'looks at all of flat at once'],
  ['R.attr.flat.exists_one(p, p.via == "A")', 'looks at all of flat at once'],
  ['R.attr.flat[0].via == "A"', 'looks at all of flat at once'],
  ['R.attr.flat.exists(p, R.attr.pair.exists(q, q.on && p.via == "A"))', 'looks at two lists at once'],
  ['R.attr.maybe != null && R.attr.maybe.all(p, p.via == "A")', 'maybe holds lists in places'],
  ['R.attr.paths.exists(p, p.deep.exists(d, d.n == "A"))', 'paths holds lists in places'],
])('not every situation is looked at: %s', (leaf, why) => {
  expect(untried(leaf)).toContain(why);
});

test('a variable that may err for a longer list is looked at, too, and one that cannot is not', () => {
  expect(untried('true', '1 / (size(R.attr.flat) - 3) > 0')).toContain('looks at all of flat at once');
  for (const harmless of ['R.attr.flat.filter(p, p.via == "A")', 'size(R.attr.flat) > 3', 'R.attr.set[3] == "A"'])
    expect(untried('true', harmless)).toBeNull();
});

test('longer lists are tried by the numbers in an expression', () => {
  const unit = space.unit(['view'], [rule(['size(R.attr.flat) >= 4'], [])]);
  const lengths = unit.classesOf('flat').representatives.map((list) => (list as object[]).length);
  expect(lengths).toContain(4);
});

test('a situation that no class knows is no agreement', async () => {
  const classes = { representatives: [[]], classOf: () => undefined, bounded: false, untried: null };
  const unit = new VectorUnit('k', ['view'], [['flat', classes]]);
  const decided = new DecidedUnit(unit, new Map([['view', new Uint8Array(1)]]));
  const random = (): number => 0.5;
  const nobody = {} as PdpClient;
  const { compared, stray } = await sample(nobody, decided, { space, samples: 1, random });
  expect(compared).toBe(0);
  expect(stray).toMatchObject({ action: 'view', point: { role: expect.any(String) } });
});

test('where not all was tried, a class that speaks for too many is no fault, and nothing is said to agree', async () => {
  const denies = {
    ask: async (questions: readonly unknown[]) => questions.map(() => ({ allowed: false, refused: [] })),
  };
  const counted = async (why: string | null): Promise<{ compared: number; strays: boolean }> => {
    const classes = { representatives: [[]], classOf: () => 0, bounded: why !== null, untried: why };
    const unit = new VectorUnit('k', ['view'], [['flat', classes]]);
    const decided = new DecidedUnit(unit, new Map([['view', new Uint8Array([1])]]));
    const options = { space, samples: 1, random: () => 0.5 };
    const { compared, stray } = await sample(denies as unknown as PdpClient, decided, options);
    return { compared, strays: stray !== null };
  };
  expect(await counted(null)).toEqual({ compared: 1, strays: true });
  expect(await counted('some lists')).toEqual({ compared: 0, strays: false });
});
