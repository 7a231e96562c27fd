import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { testApp } from '../support/app.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { cleanUp, refusedStart, startService } from '../support/service.ts';
import { sql } from '../support/sql.ts';

const LATER = 'Migration20991231000000_later';
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await cleanUp();
  await database.drop();
});

/** The Cerbos of the tests has policies that nobody admitted. */
const isOfPolicies = (said: string): boolean => said.startsWith('no record says that this policy bundle was admitted');

async function sparkgate(url: string, ...args: string[]) {
  const command = [join(import.meta.dirname, '../../src/cli.ts'), ...args];
  const env = { PATH: process.env['PATH'] ?? '', DATABASE_URL: url };
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, command, { env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

test('a later version migrates a database in use: /readyz is 503 until this process is replaced', async () => {
  const said: string[] = [];
  const app = await testApp(
    {},
    pino({ level: 'warn' }, { write: (line: string) => void said.push(JSON.parse(line).msg) }),
  );
  onTestFinished(async () => app.close());
  const ready = async () => (await app.call('GET', '/readyz')).status;
  expect(await ready()).toBe(200);
  await sql(app, 'insert into mikro_orm_migrations (name) values ($1)', [LATER]);
  expect([await ready(), await ready()]).toEqual([503, 503]);
  expect(said.filter((it) => !isOfPolicies(it))).toEqual([
    `a later version of Sparkgate has migrated the database (${LATER}): replace this process`,
  ]);
  await sql(app, 'delete from mikro_orm_migrations where name = $1', [LATER]);
  expect(await ready()).toBe(200);
});

test('who serves as the owner of the schema is warned, and nobody else', async () => {
  const warnings = async (url: string) => {
    const service = await startService({ DATABASE_URL: url, CERBOS_TARGET: inject('cerbosTarget') });
    service.kill('SIGTERM');
    expect(await service.exit).toBe(0);
    const lines = service.stderr().trim().split('\n');
    return lines
      .map((line) => JSON.parse(line))
      .flatMap(({ level, msg }) => (level === 40 && !isOfPolicies(msg) ? [msg] : []));
  };
  expect(await warnings(database.servingUrl)).toEqual([]);
  expect(await warnings(database.url)).toEqual([
    'The database (DATABASE_URL) can be used, but the role postgres owns its schema, so nothing keeps the service from changing the audit trail; make a role that owns nothing, run `sparkgate migrate --serve-as ROLE` as postgres, and serve as that one.',
  ]);
});

test('a start on a later schema is refused, and so is one on an older schema for who does not own it', async () => {
  const environment = { DATABASE_URL: database.servingUrl, CERBOS_TARGET: inject('cerbosTarget') };
  const owner = { databaseUrl: database.url };
  await sql(owner, 'insert into mikro_orm_migrations (name) values ($1)', [LATER]);
  const sentence = `sparkgate: The database (DATABASE_URL) cannot be used: a later version of Sparkgate has migrated it (${LATER}); start that version, or restore a backup.\n`;
  expect(await refusedStart(environment)).toEqual({ code: 1, stdout: '', stderr: sentence });
  expect(await sparkgate(database.url, 'migrate')).toEqual({ code: 1, stdout: '', stderr: sentence });
  await sql(owner, `delete from mikro_orm_migrations where name = '${LATER}' or name like '%row_ids'`);
  expect(await refusedStart(environment)).toEqual({
    code: 1,
    stdout: '',
    stderr: `sparkgate: The database (DATABASE_URL) cannot be used: its schema is older than this version, and the role ${SERVING} does not own it; run \`sparkgate migrate --serve-as ${SERVING}\` as the role that owns the schema.\n`,
  });
  expect(await sparkgate(database.url, 'migrate', '--serve-as', SERVING)).toEqual({
    code: 0,
    stdout: `The database is up to date, and ${SERVING} may serve on it.\n`,
    stderr: '',
  });
});

const SERVING = 'sparkgate_serve';

test.each([
  ['nobody', `there is no role "nobody"; make it first (create role "nobody" login password '…').`],
  ['postgres', 'the role "postgres" is a superuser, so no privilege would bind it; serve as another.'],
])('sparkgate migrate --serve-as %s is refused in one sentence', async (role, sentence) => {
  const { code, stderr } = await sparkgate(database.url, 'migrate', '--serve-as', role);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `sparkgate: The database (DATABASE_URL) cannot be used: ${sentence}\n`,
  });
});

test('the embedded database has its roles, and no other is asked for', async () => {
  const { code, stderr } = await sparkgate('', 'migrate', '--serve-as', SERVING);
  expect(code).toBe(1);
  expect(stderr).toBe(
    'sparkgate: --serve-as is for a database of yours (DATABASE_URL): the embedded one has its roles.\n',
  );
});
