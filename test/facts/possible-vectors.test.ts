import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { examplesOf } from '../../src/facts/example.ts';
import { readFacts, schemaOf } from '../../src/facts/kind.ts';
import { GIVEN, isStoredKind, VECTOR_SCHEMAS } from '../../src/facts/kinds.ts';
import { CENTER_PATHS } from '../../src/facts/tiktok-account.ts';
import { EVERYTHING } from '../../src/facts/vocabulary.ts';

// What is sent fits its schema, and the tests of the policies stand on nothing else.

interface Resource {
  kind: string;
  attr: Record<string, unknown>;
}

test('every resource of the policy tests is one that could be sent', async () => {
  const file = join(import.meta.dirname, '../../policy-tests/testdata/resources.yaml');
  const { resources } = parse(await readFile(file, 'utf8'), { merge: true, maxAliasCount: -1 }) as {
    resources: Record<string, Resource>;
  };
  const own = Object.entries(resources).filter(([, { kind }]) => isStoredKind(kind));
  expect(own.length).toBeGreaterThan(150);
  const impossible = own.filter(
    ([, { kind, attr }]) => isStoredKind(kind) && !VECTOR_SCHEMAS[kind].safeParse(attr).success,
  );
  expect(impossible.map(([name]) => name)).toEqual([]);
});

test('every example of what may be sent fits, and every path that there can be', () => {
  for (const vocabulary of [GIVEN, EVERYTHING]) {
    for (const facts of Object.values(vocabulary)) {
      const schema = schemaOf(facts);
      for (const vector of examplesOf(facts)) expect(schema.safeParse(vector).error).toBeUndefined();
    }
  }
  const paths = VECTOR_SCHEMAS.tiktok_account.shape.paths;
  for (const path of CENTER_PATHS) expect(paths.safeParse([path]).error).toBeUndefined();
});

const scopes = fc.option(fc.subarray(['LIVE', 'POST']), { nil: null });
const row = fc.record({
  role: fc.constantFrom('ADMIN', 'STANDARD', null, undefined),
  grant: fc.option(
    fc.record({ state: fc.constantFrom('ACTIVE', 'REVOKED'), grant_id: fc.constantFrom('g1', 'g2'), scopes }),
  ),
  assignment: fc.option(
    fc.record({
      grant_id: fc.constantFrom('g1', 'g2'),
      scopes,
      self_assigned: fc.constantFrom(null, 'POST', 'LIVE,POST'),
    }),
  ),
  frozen: fc.boolean(),
  owner: fc.constantFrom('bc1', 'bc2', null),
});

test('whatever rows there are, a path through a Business Center fits', () => {
  const { paths } = EVERYTHING.tiktok_account;
  if (paths?.sort !== 'list') throw new Error('paths are a list');
  fc.assert(
    fc.property(row, ({ role, grant, assignment, frozen, owner }) => {
      // As the database keeps it: a grant that ended has no row that could be assigned under.
      const held =
        grant?.state === 'REVOKED' ? { state: 'REVOKED', grant_id: null, scopes: null } : (grant ?? undefined);
      const loaded = { one: () => (owner === null ? undefined : { bc_id: owner }), question: { properties: {} } };
      const given = assignment === null ? undefined : assignment;
      const from = { loaded, via: 'BUSINESS_CENTER', center: 'bc1', role, grant: held, assignment: given, frozen };
      expect(paths.schema.safeParse([readFacts(paths.each, from)]).error).toBeUndefined();
    }),
  );
});
