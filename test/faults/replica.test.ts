import { execFile } from 'node:child_process';
import { appendFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startSupervisor, type Children } from '../../src/platform/children.ts';
import { claimDataDir, type DataDir } from '../../src/platform/data-dir.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { probeReplica } from '../../src/probes/replica.ts';
import { ADMIN_KEY, testApp, type TestApp } from '../support/app.ts';
import { assign, grant, put, standardWorld } from '../support/cast.ts';
import { cleanUp, temporaryFolder, until } from '../support/service.ts';

// A replica may answer searches, lists, the trail and exports, but nothing that is older than the question.

interface Server {
  dataDir: DataDir;
  children: Children;
  url: string;
}

let primary: Server;
let standby: Server;
let app: TestApp;
const logged: string[] = [];

async function serverIn(folder: string): Promise<Server> {
  const dataDir = await claimDataDir(folder);
  const { path, runDir } = dataDir;
  const children = await startSupervisor({ onEvent: () => undefined });
  const { host } = await startEmbeddedPostgres(children, { dataDir: path, runDir, durable: false });
  return { dataDir, children, url: `postgresql://postgres@localhost/sparkgate?host=${encodeURIComponent(host)}` };
}

async function startedAgain({ children, dataDir: { path, runDir } }: Server): Promise<void> {
  await startEmbeddedPostgres(children, { dataDir: path, runDir, durable: false });
}

/** The data of a server that stands still, for one that follows it from there. */
async function copyOf({ dataDir: { path }, url }: Server): Promise<string> {
  const folder = await temporaryFolder();
  const cluster = join(folder, 'pg');
  await promisify(execFile)('cp', ['-a', join(path, 'pg'), cluster]);
  await writeFile(join(cluster, 'standby.signal'), '');
  const host = new URL(url).searchParams.get('host');
  await appendFile(join(cluster, 'postgresql.auto.conf'), `primary_conninfo = 'host=${host} user=postgres'\n`);
  return folder;
}

/** @returns how many rows it gave */
async function on({ url }: Server, text: string): Promise<number | null> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query(text);
    return rowCount;
  } finally {
    await client.end();
  }
}

/** Sets how long what the standby reads may hold up what it replays. */
async function cancelsWithin(time: string): Promise<void> {
  await on(standby, `alter system set max_standby_streaming_delay = '${time}'`);
  await on(standby, 'select pg_reload_conf()');
}

/** The users who may see sam's account in bc1, as a search finds them. */
async function found(): Promise<string[]> {
  const { status, body } = await app.call('POST', '/access/v1/search/subject', {
    body: {
      subject: { type: 'user' },
      action: { name: 'view', properties: { bc_id: 'bc1' } },
      resource: { type: 'tiktok_account', id: 'brand' },
    },
  });
  expect(status).toBe(200);
  return body.results.map(({ id }: { id: string }) => id);
}

const unassign = async (): Promise<void> => {
  const path = '/v1/business-centers/bc1/tiktok-accounts/brand/members/sam';
  expect((await app.call('DELETE', path, { actor: 'user:adm' })).status).toBeLessThan(300);
};

const assignees = async (): Promise<string[]> => {
  const path = '/v1/business-centers/bc1/tiktok-accounts/brand/members';
  const { body } = await app.call('GET', path, { actor: 'user:adm' });
  return body.items.map(({ user_id: id }: { user_id: string }) => id);
};

const exported = async (): Promise<string[]> => {
  const answer = await app.request('/v1/relationships/export', { headers: { Authorization: `Bearer ${ADMIN_KEY}` } });
  const lines = (await answer.text()).trim().split('\n');
  return lines.flatMap((line) => (JSON.parse(line).type === 'assignment' ? [JSON.parse(line).user_id] : []));
};

/** Of another cluster than the primary. */
function databaseOfTests(): string {
  const { host, user } = inject('postgres');
  return `postgresql://${user}@localhost/sparkgate?host=${encodeURIComponent(host)}`;
}

type Reads = Record<'answered' | 'behind' | 'failed', number>;

async function reads(): Promise<Reads> {
  const { counters } = (await app.call('GET', '/v1/status')).body;
  return { answered: counters.replica_reads, behind: counters.replica_behind, failed: counters.replica_failed };
}

/** How many reads went which way meanwhile. */
async function during(act: () => Promise<unknown>): Promise<Reads> {
  const before = await reads();
  await act();
  const after = await reads();
  return {
    answered: after.answered - before.answered,
    behind: after.behind - before.behind,
    failed: after.failed - before.failed,
  };
}

/** A read that the replica answers, once it has come so far. */
const caughtUp = async (): Promise<unknown> => until(async () => (await during(found)).answered === 1);

beforeAll(async () => {
  const folder = await temporaryFolder();
  primary = await serverIn(folder);
  const first = await testApp({ DATABASE_URL: primary.url });
  await standardWorld(first);
  await first.close();
  await primary.children.stop('postgres');
  const copy = await copyOf(primary);
  await startedAgain(primary);
  standby = await serverIn(copy);
  const log = pino({ level: 'info' }, { write: (line: string) => logged.push(line) });
  app = await testApp({ DATABASE_URL: primary.url, DATABASE_REPLICA_URL: standby.url }, log);
  await grant(app, ['POST']);
  await caughtUp();
});
afterAll(async () => {
  await app.close();
  for (const { children, dataDir } of [standby, primary]) {
    await children.close();
    await dataDir.release();
  }
  await cleanUp();
});

test('a read after a write sees it, though a replica answers', async () => {
  const { answered, failed } = await during(async () => {
    for (let round = 0; round < 20; round += 1) {
      await assign(app, 'sam', ['POST']);
      expect(await found()).toEqual(['adm', 'sam']);
      expect(await assignees()).toEqual(['sam']);
      expect(await exported()).toEqual(['sam']);
      await unassign();
      expect(await found()).toEqual(['adm']);
      expect(await assignees()).toEqual([]);
      expect((await app.call('GET', '/v1/audit?bc_id=bc1')).status).toBe(200);
    }
  });
  expect(answered).toBeGreaterThan(0);
  expect(failed).toBe(0);
});

test.each([
  '/v1/business-centers',
  '/v1/business-centers/bc1/members',
  '/v1/business-centers/bc1/tiktok-accounts',
  '/v1/business-centers/bc1/access-requests',
  '/v1/ad-accounts',
  '/v1/ad-accounts/adv1/members',
  '/v1/tiktok-accounts',
  '/v1/tiktok-accounts/brand/links',
  '/v1/users',
  '/v1/entities/user',
  '/v1/freezes',
  '/v1/audit',
])('a replica can answer %s', async (path) => {
  await caughtUp();
  const options = /accounts$|requests$/.test(path) && path.includes('bc1') ? { actor: 'user:adm' } : {};
  const { answered, failed } = await during(async () =>
    until(
      async () => (await during(async () => expect((await app.call('GET', path, options)).status).toBe(200))).answered,
    ),
  );
  expect(answered).toBeGreaterThan(0);
  expect(failed).toBe(0);
});

test('a replica that stands still answers nothing that it may have missed', async () => {
  await assign(app, 'sam', ['POST']);
  await caughtUp();
  await on(standby, 'select pg_wal_replay_pause()');
  const stands = `select from pg_get_wal_replay_pause_state() as it where it = 'paused'`;
  await until(async () => (await on(standby, stands)) === 1);
  await unassign();
  const { answered, behind } = await during(async () => {
    expect(await found()).toEqual(['adm']);
    expect(await assignees()).toEqual([]);
    expect(await exported()).toEqual([]);
  });
  expect({ answered, behind }).toEqual({ answered: 0, behind: 3 });
  await on(standby, 'select pg_wal_replay_resume()');
  await caughtUp();
});

test('what a replica cancels is asked once more, of the database', async () => {
  let tries = 0;
  const count = 'select count(*)::int as users from business_center_past';
  await on(primary, 'create table doomed as select from generate_series(1, 1000)');
  await cancelsWithin('0');
  await caughtUp();
  const users = await app.runtime.operator.read(async ({ session }) => {
    tries += 1;
    await using one = await session('search');
    await using _moment = await one.snapshot();
    await one.query(count, []);
    if (tries === 1) {
      await on(primary, 'delete from doomed');
      await on(primary, 'vacuum doomed');
      await until(async () =>
        one
          .query(count, [])
          .then(() => false)
          .catch(() => true),
      );
    }
    return await one.query(count, []);
  });
  expect(users).toHaveLength(1);
  expect(tries).toBe(2);
  await cancelsWithin('30s');
  await caughtUp();
});

test('a replica that does not answer holds nobody up, and is used again when it does', async () => {
  await standby.children.stop('postgres');
  logged.length = 0;
  const { answered, failed } = await during(async () => {
    expect(await found()).toEqual(['adm']);
    expect(await assignees()).toEqual([]);
    expect(await exported()).toEqual([]);
  });
  expect({ answered, failed }).toEqual({ answered: 0, failed: 3 });
  expect(logged.filter((line) => line.includes('the database answers for it'))).toHaveLength(1);
  await startedAgain(standby);
  await caughtUp();
  expect(logged.filter((line) => line.includes('the replica answers again'))).toHaveLength(1);
});

test('what is no standby, or says nothing, answers nothing', async () => {
  const silent = createServer();
  await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  for (const replica of [primary.url, `postgresql://nobody@127.0.0.1:${port}/sparkgate`]) {
    const other = await testApp({ DATABASE_URL: primary.url, DATABASE_REPLICA_URL: replica });
    const { status, body } = await other.call('GET', '/v1/business-centers');
    expect([status, body.items.length]).toEqual([200, 2]);
    expect((await other.call('GET', '/v1/status')).body.counters).toMatchObject({
      replica_reads: 0,
      replica_failed: 1,
    });
    await other.close();
  }
  silent.close();
});

test('the doctor says what a replica is', async () => {
  const database = { url: primary.url };
  expect(await probeReplica({ url: standby.url }, database)).toEqual([
    { level: 'well', says: 'The replica (DATABASE_REPLICA_URL) is a standby that can be read.' },
  ]);
  const why = 'The replica (DATABASE_REPLICA_URL) cannot be read, so the database answers for it: ';
  for (const [replica, of, says] of [
    [primary.url, primary.url, 'it is no standby; name one that follows the database.'],
    [
      standby.url,
      databaseOfTests(),
      'it follows another database than that of DATABASE_URL; name one that follows it.',
    ],
    ['postgresql://nobody@127.0.0.1:1/none', primary.url, 'connect ECONNREFUSED 127.0.0.1:1.'],
  ] as const) {
    expect(await probeReplica({ url: replica }, { url: of })).toEqual([{ level: 'warning', says: `${why}${says}` }]);
  }
});

test('neither a replica that was promoted answers, nor one of another timeline', async () => {
  await on(standby, 'select pg_promote()');
  await on(standby, `update member set user_role = 'ADMIN' where user_id = 'sam'`).catch(() => undefined);
  const { answered } = await during(async () => expect(await found()).toEqual(['adm']));
  expect(answered).toBe(0);

  // The old primary goes on for a while, and then follows nobody: what it wrote was lost in the promotion.
  await put(app, '/v1/business-centers/lost', { name: 'Lost Agency' });
  await on(primary, 'create table more as select from generate_series(1, 100000)');
  await primary.children.stop('postgres');
  await writeFile(join(primary.dataDir.path, 'pg/standby.signal'), '');
  await startedAgain(primary);
  const promoted = await testApp({ DATABASE_URL: standby.url, DATABASE_REPLICA_URL: primary.url });
  const { body } = await promoted.call('GET', '/v1/business-centers');
  expect(body.items.map(({ bc_id: id }: { bc_id: string }) => id)).toEqual(['bc1', 'bc2']);
  expect((await promoted.call('GET', '/v1/status')).body.counters).toMatchObject({
    replica_reads: 0,
    replica_behind: 1,
  });
  await promoted.close();
});
