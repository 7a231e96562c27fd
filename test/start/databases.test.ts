import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { startSupervisor } from '../../src/platform/children.ts';
import { claimDataDir } from '../../src/platform/data-dir.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { cannotBeUsed, databaseFindings, probeDatabase } from '../../src/probes/database.ts';
import { askDatabase, type DatabaseReport } from '../../src/probes/database-report.ts';
import { probeSchema } from '../../src/probes/schema.ts';
import { migrateGiven } from '../../src/store/migrate.ts';
import { poolQuery } from '../../src/store/open.ts';
import { parse } from 'yaml';
import { testApp } from '../support/app.ts';
import { decision, standardWorld } from '../support/cast.ts';
import { leaveOut } from '../support/leave-out.ts';
import { cleanUp, refusedStart, temporaryFolder } from '../support/service.ts';

// Each database that cannot be used is refused at the start, in one sentence that says what to do.

let operator: pg.Client;
const made: string[] = [];
beforeAll(async () => {
  operator = new pg.Client({ ...inject('postgres'), database: 'postgres' });
  await operator.connect();
});
afterAll(async () => {
  for (const drop of made.toReversed()) await operator.query(drop);
  await operator.end();
  await cleanUp();
});

const urlOf = (name: string, user = 'postgres'): string =>
  `postgresql://${user}:topsecret@localhost/${name}?host=${encodeURIComponent(inject('postgres').host)}`;

/** An empty database with these options. */
async function database(options = ''): Promise<string> {
  const name = `d_${randomUUID().replaceAll('-', '')}`;
  await operator.query(`create database ${name} ${options}`);
  made.push(`drop database ${name} with (force)`);
  return name;
}

/** A role that may do no more than anybody. */
async function role(): Promise<string> {
  const name = `r_${randomUUID().replaceAll('-', '')}`;
  await operator.query(`create role ${name} login`);
  // After the databases in which it has permissions.
  made.unshift(`drop role ${name}`);
  return name;
}

async function asked(connectionString: string, statement: string) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const answer = await client.query(statement);
  await client.end();
  return answer;
}

const REFUSED = 'The database (DATABASE_URL) cannot be used:';

test.each(['LATIN1', 'SQL_ASCII'])('a database in %s is refused, and stays empty', async (encoding) => {
  const name = await database(`encoding '${encoding}' template template0 locale 'C'`);
  await expect(testApp({ DATABASE_URL: urlOf(name) })).rejects.toThrow(
    `${REFUSED} its encoding is ${encoding}, and names come in every script; ` +
      `make one with UTF8 (create database ${name} encoding 'UTF8' template template0).`,
  );
  const client = new pg.Client({ connectionString: urlOf(name) });
  await client.connect();
  const { rows } = await client.query(`select from information_schema.tables where table_schema = 'public'`);
  await client.end();
  expect(rows).toEqual([]);
});

test('a read-only database is refused by the service itself with that sentence alone', async () => {
  const name = await database();
  await operator.query(`alter database ${name} set default_transaction_read_only = on`);
  const refused = await refusedStart({ DATABASE_URL: urlOf(name), CERBOS_TARGET: inject('cerbosTarget') });
  expect(refused).toEqual({
    code: 1,
    stdout: '',
    stderr:
      `sparkgate: ${REFUSED} it takes no writes, since default_transaction_read_only is on; ` +
      'name one that does, or set that off ' +
      `(alter role postgres in database ${name} set default_transaction_read_only = off).\n`,
  });
});

test.each(['role', 'database'])('what is said of a read-only %s helps', async (what) => {
  const [name, app] = [await database(), await role()];
  await operator.query(`alter ${what} ${what === 'role' ? app : name} set default_transaction_read_only = on`);
  const [found] = await probeDatabase({ url: urlOf(name, app) });
  const [, cure = ''] = /set that off \((.*)\)\.$/.exec(found?.says ?? '') ?? [];
  await operator.query(cure);
  const { rows } = await asked(urlOf(name, app), 'show default_transaction_read_only');
  expect(rows).toEqual([{ default_transaction_read_only: 'off' }]);
});

test('a database that writes times in its own way, and isolates more than most, serves like any other', async () => {
  const name = await database();
  for (const setting of ["DateStyle = 'SQL, DMY'", "default_transaction_isolation = 'repeatable read'"]) {
    await operator.query(`alter database ${name} set ${setting}`);
  }
  const app = await testApp({ DATABASE_URL: urlOf(name) });
  await standardWorld(app);
  const { body } = await app.call('POST', '/v1/business-centers/bc1/access-requests', {
    actor: 'user:adm',
    body: { scopes: ['POST'] },
  });
  expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBe(86_400_000);
  const query = await poolQuery(app.runtime.orm);
  expect(await query('show default_transaction_isolation', [])).toEqual([
    { default_transaction_isolation: 'read committed' },
  ]);
  await app.close();
});

test('a clock is told however few digits the database shows of a number', async () => {
  const name = await database();
  await operator.query(`alter database ${name} set extra_float_digits = -15`);
  expect(Math.abs((await askDatabase({ url: urlOf(name) })).clockAheadMs)).toBeLessThan(60_000);
});

test('a role that does not look into the schema of ours is told how it will', async () => {
  const [name, owner, app] = [await database(), await role(), await role()];
  await asked(urlOf(name), `create schema "Our Own" authorization ${owner}`);
  await operator.query(`alter role ${owner} set search_path = "Our Own"`);
  await migrateGiven({ url: urlOf(name, owner) }, app);
  const [found] = await probeSchema({ url: urlOf(name, app) });
  expect(found?.says).toBe(
    `${REFUSED} its tables are in the schema "Our Own", which is not in the search_path of the role ${app}; ` +
      `put it there (alter role ${app} set search_path = "Our Own").`,
  );
  await operator.query(`alter role ${app} set search_path = "Our Own"`);
  expect(await probeSchema({ url: urlOf(name, app) })).toEqual([]);
});

test('a role without temporary tables is refused, and one that may make no table', async () => {
  const [name, app] = [await database(), await role()];
  await operator.query(`revoke temporary on database ${name} from public`);
  await expect(testApp({ DATABASE_URL: urlOf(name, app) })).rejects.toThrow(
    `${REFUSED} its role may not make the temporary table that an import takes; ` +
      `allow it (grant temporary on database ${name} to ${app}).`,
  );
  await operator.query(`grant temporary on database ${name} to ${app}`);
  await expect(testApp({ DATABASE_URL: urlOf(name, app) })).rejects.toThrow(
    `${REFUSED} there is no schema in it that the role ${app} may use, nor may that make one; ` +
      `run \`sparkgate migrate --serve-as ${app}\` as the role that owns the schema.`,
  );
});

const DEBIANS_15 = '/usr/lib/postgresql/15/bin';
const isThere = existsSync(DEBIANS_15);
if (!isThere)
  leaveOut('LEFT OUT, since it is not here: PostgreSQL 15 (apt-get install postgresql-15)', 'DATABASE_TESTS');

/** A PostgreSQL 15 that ends with the test. */
async function postgres15(binaries: string) {
  const dataDir = await claimDataDir(await temporaryFolder());
  const children = await startSupervisor({ onEvent: () => undefined });
  onTestFinished(async () => {
    await children.close();
    await dataDir.release();
  });
  const { path, runDir } = dataDir;
  return startEmbeddedPostgres(children, { dataDir: path, runDir, durable: false, binaries });
}

test.each(isThere ? [DEBIANS_15] : [])('PostgreSQL 15 in %s migrates and decides', async (binaries) => {
  const { host } = await postgres15(binaries);
  const app = await testApp({
    DATABASE_URL: `postgresql://postgres@localhost/sparkgate?host=${encodeURIComponent(host)}`,
  });
  await standardWorld(app);
  expect(await decision(app, 'adm', 'request_account_access', 'business_center:bc1')).toMatch(/^ALLOW/);
  expect((await app.call('GET', '/v1/status')).body.database.version).toMatch(/^15\./);
  await app.close();
});

const ROOT = join(import.meta.dirname, '../..');

test('compose migrates as one role and serves, after that, as another', () => {
  const { services } = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'));
  const roleOf = (service: string): string | undefined =>
    /^postgres:\/\/(\w+):/.exec(services[service].environment.DATABASE_URL)?.[1];
  expect(roleOf('migrate')).toBe(services.postgres.environment.POSTGRES_USER);
  expect(roleOf('sparkgate')).toBe('sparkgate_serve');
  expect(services.migrate.command.slice(-3)).toEqual(['migrate', '--serve-as', roleOf('sparkgate')]);
  expect(services.sparkgate.depends_on.migrate).toEqual({ condition: 'service_completed_successfully' });
});

test.each(isThere ? [DEBIANS_15] : [])('the role that compose makes with psql in %s is bound', async (binaries) => {
  const { host } = await postgres15(binaries);
  const owner = new pg.Client({ host, user: 'postgres', database: 'postgres' });
  await owner.connect();
  await owner.query('drop role sparkgate_serve');
  const madeWith = async (password: string): Promise<unknown[]> => {
    const env = {
      ...process.env,
      PGHOST: host,
      PGUSER: 'postgres',
      PGDATABASE: 'postgres',
      SERVING_PASSWORD: password,
    };
    const file = join(ROOT, 'src/store/role.sql');
    execFileSync(join(binaries, 'psql'), ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', `--file=${file}`], {
      env,
    });
    const { rows } = await owner.query(
      `select rolcanlogin as login, rolpassword as hash, rolsuper or rolcreaterole or rolcreatedb or rolreplication
         or rolbypassrls or exists (select from pg_auth_members where member = oid) as more
         from pg_authid where rolname = 'sparkgate_serve'`,
    );
    return rows;
  };
  const first = await madeWith("one'; alter role sparkgate_serve superuser --");
  const second = await madeWith('another');
  await owner.end();
  const bound = [{ login: true, hash: expect.stringMatching(/^SCRAM-SHA-256\$/), more: false }];
  expect([first, second]).toEqual([bound, bound]);
  expect(second).not.toEqual(first);
});

const FINE: DatabaseReport = {
  versionNumber: 150018,
  version: '15.18',
  encoding: 'UTF8',
  database: 'spark',
  role: 'app',
  standby: false,
  readOnly: false,
  temporary: true,
  clockAheadMs: 0,
  shared: false,
};

test.each<[string, Partial<DatabaseReport>, string]>([
  ['15', {}, 'well: D is PostgreSQL 15.18 with UTF8, used as app.'],
  ['18', { versionNumber: 180004, version: '18.4' }, 'well: D is PostgreSQL 18.4 with UTF8, used as app.'],
  [
    '14',
    { versionNumber: 140022, version: '14.22' },
    'problem: D cannot be used: it is PostgreSQL 14.22, and 15 is the oldest that is taken; upgrade it.',
  ],
  [
    '9.6',
    { versionNumber: 90624, version: '9.6.24' },
    'problem: D cannot be used: it is PostgreSQL 9.6.24, and 15 is the oldest that is taken; upgrade it.',
  ],
  [
    'a pooler in transaction mode',
    { shared: true },
    'problem: D cannot be used: a pooler gives its sessions to several clients by turns, so locks and prepared ' +
      'statements are lost; name PostgreSQL itself, or let the pooler keep sessions apart (pool_mode = session).',
  ],
  ['a clock 4 s ahead', { clockAheadMs: 4000 }, 'well: D is PostgreSQL 15.18 with UTF8, used as app.'],
  [
    'a clock 7 s ahead',
    { clockAheadMs: 7000 },
    'warning: D can be used, but its clock is 7 seconds ahead of that of this machine, by which sign-ins and links ' +
      'expire early or late; set both by NTP.',
  ],
  [
    'a clock 10 minutes behind',
    { clockAheadMs: -600_000 },
    'problem: D cannot be used: its clock is 600 seconds behind that of this machine, too much for anything that ' +
      'expires; set both by NTP.',
  ],
])('%s: what is said', (_, reported, said) => {
  const findings = databaseFindings('D', { ...FINE, ...reported });
  expect(findings.map(({ level, says }) => `${level}: ${says}`)).toEqual([said]);
});

test.each([
  ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5432', 'start it, or correct DATABASE_URL.'],
  ['28P01', 'password authentication failed for user "app"', 'correct user and password in DATABASE_URL, or what'],
  ['57P03', 'the database system is starting up', 'wait until it has started.'],
  ['08P01', 'unsupported startup parameter: options', 'let the pooler pass it over (ignore_startup_parameters'],
])('%s, wherever it is wrapped: what to do', (code, message, advice) => {
  const error = new Error('outer', { cause: Object.assign(new Error(message), { code }) });
  expect(cannotBeUsed('D', error)).toEqual({
    level: 'problem',
    says: expect.stringContaining(`D cannot be used: ${message}; ${advice}`),
  });
});
