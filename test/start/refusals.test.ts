import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { cleanUp, refusedStart, temporaryFolder } from '../support/service.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await cleanUp();
  await database.drop();
});

/** What is needed besides runs already, so a start fails for the reason under test alone, and warns of nothing else. */
const external = (): Record<string, string> => ({
  DATABASE_URL: database.url,
  CERBOS_TARGET: inject('cerbosTarget'),
  LOG_LEVEL: 'error',
});

/** Refused with exactly this on standard error, and nothing else. */
async function expectRefusal(environment: Record<string, string>, sentence: string | RegExp): Promise<void> {
  const { code, stdout, stderr } = await refusedStart(environment);
  expect(stderr).toMatch(typeof sentence === 'string' ? `sparkgate: ${sentence}\n` : sentence);
  if (typeof sentence === 'string') expect(stderr).toBe(`sparkgate: ${sentence}\n`);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
}

const TABLE = 'See docs/configure.md.';
const LEVELS = 'fatal, error, warn, info, debug, trace, silent';

test('a malformed setting is refused by name', async () => {
  await expectRefusal({ PORT: 'abc' }, `PORT is not valid: takes a whole number from 0 to 65535. ${TABLE}`);
});

test.each(['0.0.0.0', '::', '0', '::%lo', 'fe80::1%eth0'])(
  'HOST %s without PUBLIC_URL is refused: it would stand in QR codes',
  async (HOST) => {
    const why = `HOST ${HOST} would stand in QR codes, and no phone can open it.`;
    await expectRefusal({ HOST }, `PUBLIC_URL is missing: ${why} Set the origin at which people reach this service.`);
  },
);

test('a POLICY_TESTS_DIR that is not there is refused', async () => {
  const why = 'POLICY_TESTS_DIR /no/such/folder is not there: nothing would test policies.';
  await expectRefusal({ ...external(), POLICY_TESTS_DIR: '/no/such/folder' }, why);
});

test('several malformed settings are all named, one a line', async () => {
  const environment = {
    PORT: 'abc',
    DATABASE_URL: 'nonsense',
    DEMO: 'maybe',
    PUBLIC_URL: 'nonsense',
    LOG_LEVEL: 'loud',
  };
  const lines = [
    `sparkgate: PORT is not valid: takes a whole number from 0 to 65535. ${TABLE}`,
    `DATABASE_URL is not valid: takes postgresql://user@host/database. ${TABLE}`,
    `DEMO is not valid: takes on or off. ${TABLE}`,
    `PUBLIC_URL is not valid: takes an origin, such as https://sparkgate.example. ${TABLE}`,
    `LOG_LEVEL is not valid: takes one of ${LEVELS}. ${TABLE}`,
    '',
  ];
  expect((await refusedStart(environment)).stderr).toBe(lines.join('\n'));
});

test.each([
  ['PORT', '65536', 'takes a whole number from 0 to 65535'],
  ['PORT', '-1', 'takes a whole number from 0 to 65535'],
  ['PORT', '80.5', 'takes a whole number from 0 to 65535'],
  ['PORT', '0x50', 'takes a whole number from 0 to 65535'],
  ['PORT', ' ', 'takes a whole number from 0 to 65535'],
  ['REQUEST_TIMEOUT', '0', 'takes a whole number from 1 to 86400'],
  ['REQUEST_EXPIRES_IN', '59', 'takes a whole number from 60 to 604800'],
  ['EVALUATIONS_PER_REQUEST', '99999999999', 'takes a whole number from 1 to 10000'],
  ['LOG_LEVEL', 'INFO', `takes one of ${LEVELS}`],
  ['DEMO', 'true', 'takes on or off'],
  ['BOOTSTRAP_API_KEY', 'short', 'takes at least 32 characters'],
  ['BOOTSTRAP_API_KEY', 'k'.repeat(31), 'takes at least 32 characters'],
  ['BOOTSTRAP_API_KEY', `a key ${'k'.repeat(32)}`, 'takes printable ASCII without spaces'],
  ['SECRET_KEY', 'short', 'takes at least 32 characters'],
  ['DATABASE_URL', 'nonsense', 'takes postgresql://user@host/database'],
  ['DATABASE_URL', 'mysql://u:topsecret@host/db', 'takes postgresql://user@host/database'],
  ['DATABASE_URL', 'postgresql://u:topsecret@localhost', 'names no database: postgresql://user@host/database'],
  ['DATABASE_URL', 'postgresql://u:topsecret@localhost/', 'names no database: postgresql://user@host/database'],
  ['DATABASE_URL', 'postgresql://u:top%secret@localhost/db', 'holds a % that is no escape: write %25'],
  ['IMPORT_LIMIT_BYTES', '1000000000001', 'takes a whole number from 1 to 1000000000000'],
  ['CERBOS_TIMEOUT', '0', 'takes a whole number from 1 to 86400'],
  ['CERBOS_TARGET', 'nonsense', 'takes host:port or unix:/path'],
  ['CERBOS_TARGET', 'http://localhost:3593', 'takes host:port or unix:/path'],
  ['PUBLIC_URL', 'nonsense', 'takes an origin, such as https://sparkgate.example'],
  ['PUBLIC_URL', 'ftp://host', 'takes an origin, such as https://sparkgate.example'],
  ['PUBLIC_URL', 'https://host/path', 'takes an origin, such as https://sparkgate.example'],
  ['PUBLIC_URL', 'http://0.0.0.0:8080', 'names no one address that a phone could open'],
  ['PUBLIC_URL', 'http://[::]:8080/', 'names no one address that a phone could open'],
])('%s=%s is refused: %s', (name, value, complaint) => {
  expect(() => readConfig({ [name]: value })).toThrow(new ConfigError(`${name} is not valid: ${complaint}. ${TABLE}`));
});

test('a replica of no database is refused', () => {
  const replica = 'postgresql://sparkgate@replica/sparkgate';
  const complaint = 'DATABASE_REPLICA_URL is set without DATABASE_URL.';
  expect(() => readConfig({ DATABASE_REPLICA_URL: replica })).toThrow(new ConfigError(complaint));
  const primary = 'postgresql://sparkgate@primary/sparkgate';
  expect(readConfig({ DATABASE_URL: primary, DATABASE_REPLICA_URL: replica }).databaseReplicaUrl).toBe(replica);
});

test('a setting of a later version is refused rather than ignored', async () => {
  await expectRefusal({ OIDC_ISSUER: 'https://issuer.example' }, 'OIDC_ISSUER is set without OIDC_CLIENT_ID.');
});

test.concurrent('a DATA_DIR that cannot be written to is refused', async () => {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  const refusal = 'choose a directory that this user may write to.';
  await expectRefusal({ DATA_DIR: join(file, 'data') }, `DATA_DIR ${file}/data cannot be used (ENOTDIR); ${refusal}`);
  await expectRefusal({ DATA_DIR: file }, `DATA_DIR ${file} cannot be used (EEXIST); ${refusal}`);
});

test.concurrent('a secret that is no file is refused', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'secret-key'));
  await expectRefusal(
    { ...external(), DATA_DIR: folder },
    `${folder}/secret-key cannot be read (EISDIR): make it a file that this user may read.`,
  );
});

test.concurrent('a PORT that is taken is refused, and so is a HOST that is not ours', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  try {
    await expectRefusal(
      { ...external(), PORT: String(port) },
      `HOST and PORT 127.0.0.1:${port} cannot be used: another program listens there.`,
    );
  } finally {
    other.close();
  }
  await expectRefusal(
    { ...external(), HOST: '192.0.2.1' },
    /^sparkgate: HOST and PORT 192\.0\.2\.1:0 cannot be used: .*\n$/,
  );
});

test.concurrent.each([
  [
    'a database that does not answer',
    'postgresql://u:topsecret@127.0.0.1:1/db',
    'connect ECONNREFUSED 127.0.0.1:1; start it, or correct DATABASE_URL.',
  ],
  [
    'a host that does not exist',
    'postgresql://u:topsecret@db.invalid/db',
    /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) db\.invalid; correct the host in DATABASE_URL\./,
  ],
])('%s is refused without the password', async (_what, url, why) => {
  const sentence = 'The database (DATABASE_URL) cannot be used: ';
  const environment = { ...external(), DATABASE_URL: url };
  if (typeof why === 'string') await expectRefusal(environment, sentence + why);
  else
    await expectRefusal(
      environment,
      new RegExp(`^sparkgate: The database \\(DATABASE_URL\\) cannot be used: ${why.source}\n$`),
    );
});

test.concurrent('a database that turns us away is refused in its own words, without the password', async () => {
  const { host } = inject('postgres');
  const at = (user: string, name: string): string =>
    `postgresql://${user}:topsecret@localhost/${name}?host=${encodeURIComponent(host)}`;
  await expectRefusal(
    { ...external(), DATABASE_URL: at('nobody', database.name) },
    'The database (DATABASE_URL) cannot be used: role "nobody" does not exist; ' +
      'correct user and password in DATABASE_URL, or what pg_hba.conf lets in.',
  );
  await expectRefusal(
    { ...external(), DATABASE_URL: at('postgres', 'nowhere') },
    'The database (DATABASE_URL) cannot be used: database "nowhere" does not exist; ' +
      'make it (createdb), or correct DATABASE_URL.',
  );
});

test.concurrent('a Cerbos that does not answer is refused', async () => {
  await expectRefusal(
    { ...external(), CERBOS_TARGET: '127.0.0.1:1' },
    'No Cerbos answers at CERBOS_TARGET 127.0.0.1:1: start it, or correct CERBOS_TARGET.',
  );
});

test.concurrent('a POLICY_DIR that is missing or empty is refused', async () => {
  const folder = await temporaryFolder();
  await expectRefusal(
    { ...external(), POLICY_DIR: join(folder, 'missing') },
    `POLICY_DIR cannot be read: ENOENT: no such file or directory, scandir '${folder}/missing'`,
  );
  const empty = join(folder, 'empty');
  await mkdir(empty);
  await expectRefusal(
    { ...external(), POLICY_DIR: empty },
    `POLICY_DIR ${empty} holds no policy for sparkgate_service, without which nobody may call this service.`,
  );
});

test.concurrent.each([
  [
    'an expression that does not parse',
    (text: string) => text.replace('== "OUTSIDE"', '==='),
    /sparkgate_service\.yaml:\d+: `R\.attr\.confinement ===`: /,
  ],
  [
    'no YAML',
    (text: string) => `${text}\n  bad: [`,
    /Cerbos does not start on [^ ]+: [^]*sparkgate_service\.yaml:\d+:\d+ sequence end token/,
  ],
])('a policy with %s is refused, with file and line', async (_what, breakIt, words) => {
  const policies = await temporaryFolder();
  await cp(join(import.meta.dirname, '../../policies'), policies, { recursive: true });
  const file = join(policies, 'resource_policies/sparkgate_service.yaml');
  await writeFile(file, breakIt(await readFile(file, 'utf8')));
  await expectRefusal(
    { DATABASE_URL: database.url, POLICY_DIR: policies },
    new RegExp(`^sparkgate: [^]*${words.source}[^]*$`),
  );
});
