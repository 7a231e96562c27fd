import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPolicies } from '@sparkgate/cerbos-policies/read-policies';
import { NO_SERVICE } from '../src/contract.ts';
import { mutantsOf } from '../src/mutate/mutants.ts';
import { openCache, type VerdictCache } from '../src/mutate/verdict-cache.ts';
import { readSuites } from '../src/tests/suites.ts';
import { kindTexts } from '../src/verify/verify-policies.ts';
import { DOORS, folderOf } from './support.ts';

/** Doors and gates, with derived roles that only gates import, and fixtures that their tests share. */
const WORLD = {
  ...DOORS,
  'policies/gate.yaml': DOORS['policies/door.yaml']
    .replace('door\n', 'gate\n')
    .replace(/schemas.*/, 'importDerivedRoles: [of_gates]')
    .replace('roles: [user]', 'derivedRoles: [keeper]'),
  'policies/keepers.yaml': `apiVersion: api.cerbos.dev/v1
derivedRoles: { name: of_gates, definitions: [{ name: keeper, parentRoles: [user] }] }
`,
  'tests/gate_test.yaml': DOORS['tests/door_test.yaml']
    .replaceAll('kind: door', 'kind: gate')
    .replace(/ {2}low:.*/, ''),
  'tests/testdata/resources.yaml': 'resources: { low: { kind: gate, id: g, attr: { member: true, floor: LOW } } }\n',
};

type File = keyof typeof WORLD;

/** The mutants of a folder, and what a cache in it knows of them. */
async function opened(folder: string): Promise<{ files: string[]; known: Set<string>; fill: () => Promise<void> }> {
  const policies = await readPolicies(join(folder, 'policies'));
  const [texts, suites] = [kindTexts(policies), await readSuites(join(folder, 'tests'))];
  const tests = [...suites.values()].flatMap(({ file, resources }) =>
    ['low', 'stranger'].flatMap((resource) => (resources.has(resource) ? [{ file, principal: 'ann', resource }] : [])),
  );
  const invariants = await readFile(join(folder, 'tests/invariants.yaml'), 'utf8');
  const ground = { policies, texts, suites, tests, invariants, contract: NO_SERVICE };
  const cache: VerdictCache = await openCache(join(folder, 'mutants.json'), ground);
  const mutants = mutantsOf(policies, { texts, schemas: [], within: null, roles: [], asked: new Map() });
  return {
    files: [...new Set(mutants.map(({ file }) => file))],
    known: new Set(mutants.flatMap((it) => (cache.get(it) === null ? [] : [it.file]))),
    fill: async () => {
      for (const it of mutants) cache.set(it, { is: 'equivalent' });
      await cache.save();
    },
  };
}

const [DOOR, GATE, KEEPERS] = ['door.yaml', 'gate.yaml', 'keepers.yaml'] as const;

const CHANGES: [what: string, edit: readonly [file: File, from: string, to: string], known: readonly string[]][] = [
  ['nothing', ['policies/door.yaml', '', ''], [DOOR, GATE, KEEPERS]],
  ['a rule', ['policies/door.yaml', '"LOW"', '"HIGH"'], [GATE, KEEPERS]],
  ['a derived role', ['policies/keepers.yaml', '[user]', '[user, guest]'], [DOOR]],
  ['what a test expects', ['tests/door_test.yaml', 'open: EFFECT_ALLOW', 'open: EFFECT_DENY'], [GATE, KEEPERS]],
  ['a fixture that the tests of one kind share', ['tests/testdata/resources.yaml', 'LOW', 'HIGH'], [DOOR]],
  ['a schema', ['policies/_schemas/door.json', '"HIGH"', '"HIGH","ROOF"'], []],
  ['a sentence', ['tests/invariants.yaml', 'Only members', 'None but members'], []],
];

test.each(CHANGES)('of mutants only what does not depend on it is remembered: %s', async (_what, edit, known) => {
  const folder = await folderOf(WORLD);
  const before = await opened(folder);
  expect(before.files).toEqual([DOOR, GATE, KEEPERS]);
  expect([...before.known]).toEqual([]);
  await before.fill();
  const [file, from, to] = edit;
  expect(WORLD[file]).toContain(from);
  await writeFile(join(folder, file), WORLD[file].replace(from, to));
  expect([...(await opened(folder)).known]).toEqual(known);
});

test.each(['nonsense', '{"version":0,"fates":{}}'])('a file that is no cache is an empty one: %s', async (text) => {
  const folder = await folderOf(WORLD);
  await (await opened(folder)).fill();
  await writeFile(join(folder, 'mutants.json'), text);
  expect([...(await opened(folder)).known]).toEqual([]);
});
