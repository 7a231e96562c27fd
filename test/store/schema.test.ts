import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { policySchemas } from '../../src/facts/policy-schemas.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openStore, type Orm } from '../../src/store/open.ts';
import { sql } from '../support/sql.ts';
import { testDatabase } from '../support/database.ts';

const SCHEMAS = join(import.meta.dirname, '../../policies/_schemas');

async function store(): Promise<{ orm: Orm; databaseUrl: string }> {
  const database = await testDatabase();
  const orm = await openStore({ url: database.url });
  onTestFinished(async () => {
    await orm.close(true);
    await database.drop();
  });
  return { orm, databaseUrl: database.url };
}

test('the migrations make exactly the schema that the entities describe', async () => {
  const { orm, databaseUrl } = await store();
  expect(await orm.schema.getUpdateSchemaSQL({ wrap: false })).toBe('');
  expect(await orm.migrator.checkSchema()).toBe(false);
  await sql({ databaseUrl }, 'drop index member_current');
  expect(await orm.schema.getUpdateSchemaSQL({ wrap: false })).toContain('member_current');
});

test('a migrated database is left alone, by any number of processes that start at once', async () => {
  const { orm, databaseUrl } = await store();
  const others = await Promise.all([store(), store()].map(async (it) => (await it).orm));
  const applied = await Promise.all([orm, ...others].map(async (it) => migrate(it)));
  expect(applied).toEqual([[], [], []]);
  expect(await sql({ databaseUrl }, 'select count(*)::text as value from relationship_write')).toEqual([
    { value: '0' },
  ]);
});

test('the schemas on disk are those of the vectors in the code (npm run schemas)', async () => {
  const generated = new Map(policySchemas());
  expect((await readdir(SCHEMAS)).toSorted()).toEqual([...generated.keys()].toSorted());
  for (const [file, text] of generated) expect(await readFile(join(SCHEMAS, file), 'utf8')).toBe(text);
});
