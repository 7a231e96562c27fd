import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { testApp, type Answer, type TestApp } from '../support/app.ts';
import { standardWorld } from '../support/cast.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/service.ts';

// What an operator, or a disk, may do to a database under a running service: a 503 that says when to try again, and no
// other answer; and all is well when it is undone.

const role = `r_${randomUUID().replaceAll('-', '')}`;
let database: TestDatabase;
let operator: pg.Client;
let app: TestApp;

beforeAll(async () => {
  database = await testDatabase();
  operator = new pg.Client({ ...inject('postgres'), database: 'postgres' });
  await operator.connect();
  await operator.query(`create role ${role} login`);
  await inDatabase(
    `grant all on all tables in schema public to ${role}; grant execute on all functions in schema public to ${role}`,
  );
  const { host } = inject('postgres');
  app = await testApp({
    DATABASE_URL: `postgresql://${role}@localhost/${database.name}?host=${encodeURIComponent(host)}`,
    REQUEST_TIMEOUT: '10',
  });
  await standardWorld(app);
});
afterAll(async () => {
  await app.close();
  await inDatabase(`drop owned by ${role}`);
  await operator.query(`drop role ${role}`);
  await operator.end();
  await database.drop();
});

async function inDatabase(statements: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(statements);
  } finally {
    await client.end();
  }
}

/** Ends the sessions of the service, which then come in again under what was changed. */
async function endSessions(): Promise<void> {
  await operator.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [role]);
}

const write = async (): Promise<Answer> =>
  app.call('PUT', '/v1/business-centers/bc1', { body: { name: `Renamed ${randomUUID()}` } });
const check = async (): Promise<Answer> =>
  app.call('POST', '/access/v1/evaluation', {
    body: {
      subject: { type: 'user', id: `stranger-${randomUUID()}` },
      action: { name: 'view', properties: { bc_id: 'bc1' } },
      resource: { type: 'tiktok_account', id: 'brand' },
    },
  });
const ready = async (): Promise<number> => (await app.call('GET', '/readyz', { key: null })).status;

interface Case {
  what: string;
  /** In the database itself, or beside it. */
  does: () => Promise<unknown>;
  undoes: () => Promise<unknown>;
  /** Whether checks are answered all the same: what is read is up to date. */
  reads?: true;
}

const cases: Case[] = [
  {
    what: 'default_transaction_read_only is switched on',
    does: async () => operator.query(`alter database ${database.name} set default_transaction_read_only = on`),
    undoes: async () => operator.query(`alter database ${database.name} reset default_transaction_read_only`),
    reads: true,
  },
  {
    what: 'permissions on the tables are taken away',
    does: async () => inDatabase(`revoke all on all tables in schema public from ${role}`),
    undoes: async () => inDatabase(`grant all on all tables in schema public to ${role}`),
  },
  {
    what: 'its role may not log in any more',
    does: async () => operator.query(`alter role ${role} nologin`),
    undoes: async () => operator.query(`alter role ${role} login`),
  },
  {
    what: 'there is no connection left',
    does: async () => operator.query(`alter database ${database.name} connection limit 0`),
    undoes: async () => operator.query(`alter database ${database.name} connection limit -1`),
  },
  {
    what: 'the database lets nobody in',
    does: async () => operator.query(`alter database ${database.name} allow_connections false`),
    undoes: async () => operator.query(`alter database ${database.name} allow_connections true`),
  },
  {
    what: 'the database is gone',
    does: async () => {
      await operator.query(`alter database ${database.name} allow_connections false`);
      await endSessions();
      await until(async () => {
        const renamed = operator.query(`alter database ${database.name} rename to ${database.name}_gone`);
        return renamed.then(
          () => true,
          () => false,
        );
      });
    },
    undoes: async () => {
      await operator.query(`alter database ${database.name}_gone rename to ${database.name}`);
      await operator.query(`alter database ${database.name} allow_connections true`);
    },
  },
  {
    what: 'its tables are gone',
    does: async () => inDatabase('alter schema public rename to elsewhere; create schema public'),
    undoes: async () => inDatabase('drop schema public; alter schema elsewhere rename to public'),
  },
];

test.each(cases)('$what: 503 until that is undone', async ({ does, undoes, reads }) => {
  expect([(await write()).status, (await check()).status, await ready()]).toEqual([200, 200, 200]);
  await does();
  try {
    await endSessions();
    await until(async () => (await write()).status === 503);
    for (const answer of [await write(), ...(reads ? [] : [await check()])]) {
      expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(answer.headers.get('Retry-After')).toBe('1');
      expect(JSON.stringify(answer.body)).not.toContain(role);
    }
    expect((await check()).status).toBe(reads ? 200 : 503);
    expect(await ready()).toBe(503);
    expect((await app.call('GET', '/v1/status')).body).toMatchObject({
      ready: false,
      database: { answers: reads === true, writable: false },
    });
  } finally {
    await undoes();
    await endSessions();
  }
  await until(async () => (await ready()) === 200);
  expect([(await write()).status, (await check()).status]).toEqual([200, 200]);
});
