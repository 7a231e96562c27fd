import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { diagnose } from '../../src/doctor.ts';
import { testApp } from '../support/app.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { cleanUp, temporaryFolder, until } from '../support/service.ts';

const ROOT = join(import.meta.dirname, '../..');

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database.drop();
  await cleanUp();
});

async function doctor(environment: Record<string, string>) {
  const options = {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', DATA_DIR: await temporaryFolder(), PORT: '0', ...environment },
  };
  return promisify(execFile)(process.execPath, ['src/cli.ts', 'doctor'], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );
}

/** The findings about one part, in words. */
async function saidOf(part: string, environment: Record<string, string>): Promise<string[]> {
  const diagnoses = await diagnose(readConfig({ DATA_DIR: await temporaryFolder(), ...environment }));
  const findings = diagnoses.find((it) => it.part === part)?.findings ?? [];
  return findings.map(({ level, says }) => `${level}: ${says}`);
}

test('where all is well it says so, and ends with 0', async () => {
  const { code, stdout, stderr } = await doctor({
    DATABASE_URL: database.servingUrl,
    CERBOS_TARGET: inject('cerbosTarget'),
    POLICY_DIR: join(ROOT, 'policies'),
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n').map((line) => line.slice(0, 18))).toEqual([
    'well     settings ',
    'well     address  ',
    'well     data     ',
    'well     database ',
    'well     pdp      ',
    'well     policies ',
    '',
  ]);
});

test('each problem is one sentence without a secret, and it ends with 1', async () => {
  const { code, stdout, stderr } = await doctor({
    DATABASE_URL: 'postgresql://app:topsecret@127.0.0.1:1/db',
    CERBOS_TARGET: '127.0.0.1:1',
    BOOTSTRAP_API_KEY: 'topsecret-topsecret-topsecret-topsecret',
    POLICY_DIR: '/no/such/folder',
  });
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout.split('\n').slice(3)).toEqual([
    'problem  database  The database (DATABASE_URL) cannot be used: connect ECONNREFUSED 127.0.0.1:1; ' +
      'start it, or correct DATABASE_URL.',
    'problem  pdp       No Cerbos answers at CERBOS_TARGET 127.0.0.1:1: start it, or correct CERBOS_TARGET.',
    "problem  policies  POLICY_DIR cannot be read: ENOENT: no such file or directory, scandir '/no/such/folder'",
    '',
  ]);
  expect(stdout).not.toContain('topsecret');
});

test('malformed settings are all named, and nothing else is looked at', async () => {
  const { code, stdout } = await doctor({ PORT: 'x', DATABASE_URL: 'mysql://u:topsecret@h/db' });
  expect(code).toBe(1);
  expect(stdout.replaceAll(/: .*/g, '')).toBe(
    'problem  settings  PORT is not valid\nproblem  settings  DATABASE_URL is not valid\n',
  );
});

test("a DATA_DIR that is everybody's is a problem, and stays as it is", async () => {
  const folder = await temporaryFolder();
  await chmod(folder, 0o1777);
  expect(await saidOf('data', { DATA_DIR: folder })).toEqual([
    `problem: DATA_DIR ${folder} may be written to by everybody; start Sparkgate as its owner, or choose a directory that is this user's own.`,
  ]);
});

test('an address where nobody could serve, or that nobody could open, is a problem', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  expect(await saidOf('address', { PORT: String(port) })).toEqual([
    `problem: HOST and PORT 127.0.0.1:${port} cannot be used: another program listens there.`,
  ]);
  other.close();
  expect(await saidOf('address', { PORT: '0' })).toEqual(['well: HOST and PORT 127.0.0.1:0 can be used.']);
  expect(await saidOf('address', { HOST: '0.0.0.0', PORT: '0' })).toEqual([
    expect.stringMatching(/^problem: PUBLIC_URL is missing: HOST 0\.0\.0\.0 would stand in QR codes/),
  ]);
});

test.each(['secret-key', 'api-key'])(
  'what a start cannot open is a problem: a folder in the place of %s',
  async (name) => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, name));
    expect(await saidOf('data', { DATA_DIR: folder })).toEqual([
      expect.stringMatching(/^well: /),
      `problem: ${folder}/${name} cannot be read (EISDIR): make it a file that this user may read.`,
    ]);
  },
);

test('a DECISION_LOG that takes no lines is a problem, and one that is not there yet is none', async () => {
  const folder = await temporaryFolder();
  const wrong = ['', '/missing/log', '/file/log'].map((it) => `${folder}${it}`);
  await writeFile(`${folder}/file`, '');
  for (const DECISION_LOG of wrong) {
    expect(await saidOf('data', { DECISION_LOG })).toEqual([
      expect.stringMatching(/^well: /),
      `problem: ${DECISION_LOG} cannot be written to.`,
    ]);
  }
  expect(await saidOf('data', { DECISION_LOG: `${folder}/new` })).toHaveLength(1);
  expect(await saidOf('data', { DECISION_LOG: `${folder}/file` })).toHaveLength(1);
});

test('a DATA_DIR that can be made is well, and one below a file is not', async () => {
  const folder = await temporaryFolder();
  await writeFile(`${folder}/file`, '');
  expect(await saidOf('data', { DATA_DIR: `${folder}/a/b` })).toEqual([expect.stringMatching(/^well: .* first start/)]);
  expect(await saidOf('data', { DATA_DIR: `${folder}/file/b` })).toEqual([expect.stringMatching(/^problem: /)]);
});

test('a role that owns the schema is a warning, and one that may not use it a problem', async () => {
  const warning = expect.stringMatching(/^warning: .* can be used, but the role postgres owns its schema, so nothing/);
  expect(await saidOf('database', { DATABASE_URL: database.url })).toEqual([expect.stringMatching(/^well: /), warning]);
  const empty = database.servingUrl.replace(database.name, 'postgres');
  expect(await saidOf('database', { DATABASE_URL: empty })).toEqual([
    expect.stringMatching(/^well: /),
    expect.stringMatching(
      /^problem: .* cannot be used: there is no schema in it that the role sparkgate_serve may use/,
    ),
  ]);
});

test('policies that do not compile are said with file and line', async () => {
  const policies = join(await temporaryFolder(), 'policies');
  await cp(join(ROOT, 'policies'), policies, { recursive: true });
  const file = join(policies, 'resource_policies/sparkgate_service.yaml');
  await writeFile(file, (await readFile(file, 'utf8')).replace('== "OUTSIDE"', '==='));
  expect(await saidOf('policies', { POLICY_DIR: policies })).toEqual([
    expect.stringMatching(
      /^problem: POLICY_DIR cannot be read: .*sparkgate_service\.yaml:\d+: `R\.attr\.confinement ===`/,
    ),
  ]);
  expect(await saidOf('policies', { POLICY_TESTS_DIR: '/no/such/folder' })).toEqual([
    'problem: POLICY_TESTS_DIR /no/such/folder is not there: nothing would test policies.',
  ]);
  expect(await saidOf('policies', { POLICY_DIR: await temporaryFolder() })).toEqual([
    expect.stringMatching(/^problem: POLICY_DIR .* holds no policy for sparkgate_service/),
  ]);
});

test('beside a running service it says so, and what that service refused', async () => {
  const policies = join(await temporaryFolder(), 'policies');
  await cp(join(ROOT, 'policies'), policies, { recursive: true });
  const environment = { DATA_DIR: await temporaryFolder(), POLICY_DIR: policies, DATABASE_URL: database.url };
  const app = await testApp({ ...environment, CERBOS_TARGET: '' });
  try {
    expect(await saidOf('data', environment)).toEqual([`well: A Sparkgate runs on DATA_DIR ${environment.DATA_DIR}.`]);
    expect(await saidOf('policies', environment)).toEqual([`well: The policies in ${policies} compile.`]);
    await writeFile(join(policies, 'broken.yaml'), 'apiVersion: [a');
    await until(async () => (await app.call('GET', '/v1/status')).body.policy.last_refusal?.standing);
    expect(await saidOf('policies', environment)).toEqual([
      expect.stringMatching(/^problem: The policies in .* do not compile: .*broken\.yaml:1/s),
      expect.stringMatching(
        /^problem: POLICY_DIR holds policies that were refused, and [0-9a-f]{64} goes on.*broken\.yaml:1/s,
      ),
    ]);
  } finally {
    await app.close();
  }
});
