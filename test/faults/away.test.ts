import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { formatKey, newSecret } from '../../src/domain/api-keys/key-format.ts';
import { testApp, type Answer, type TestApp } from '../support/app.ts';
import { assign, decision, grant, put, standardWorld } from '../support/cast.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { networkTo, type Network } from '../support/network.ts';
import { bring } from '../support/ndjson.ts';
import { until } from '../support/service.ts';
import { sql } from '../support/sql.ts';

let app: TestApp;
let folder: string;
let database: TestDatabase;
let toDatabase: Network;
let toPdp: Network;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparkgate-away-'));
  database = await testDatabase();
  const socket = '.s.PGSQL.5432';
  toDatabase = await networkTo(join(inject('postgres').host, socket), join(folder, socket));
  toPdp = await networkTo(inject('cerbosTarget').replace('unix:', ''), join(folder, 'pdp.sock'));
  app = await testApp({
    DATABASE_URL: `postgresql://postgres@localhost/${database.name}?host=${encodeURIComponent(folder)}`,
    CERBOS_TARGET: `unix:${join(folder, 'pdp.sock')}`,
    REQUEST_TIMEOUT: '3',
    CERBOS_TIMEOUT: '1',
  });
  await standardWorld(app);
  await put(app, '/v1/ad-accounts/adv1/members/sam', { advertiser_role: 'OPERATOR' });
  await grant(app, ['POST']);
  await assign(app, 'sam', ['POST']);
});
afterAll(async () => {
  await app.close();
  await Promise.all([toDatabase.down(), toPdp.down()]);
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const may = async (who: string): Promise<string> =>
  decision(app, who, 'create_spark_ad', 'tiktok_account:brand', { advertiser_id: 'adv1' });

/** An action that nobody asked about before, so that no memory answers. */
const unheardOf = async (): Promise<string> => decision(app, 'sam', `unheard-of-${randomUUID()}`);

/** Looks like a key, so that the database is asked for it. */
const unknownKey = formatKey(randomUUID(), newSecret());

const ready = async (): Promise<Answer> => app.call('GET', '/readyz', { key: null });

async function expectNormal(): Promise<void> {
  expect(await may('sam')).toBe('ALLOW via BUSINESS_CENTER');
  expect(await may('ext')).toMatch(/^DENY /);
  expect(await unheardOf()).toBe('DENY UNKNOWN_ACTION');
  expect(await ready()).toMatchObject({ status: 200, body: { ready: true } });
}

/** Callers without a key learn no more than that. */
async function expectNotReady(): Promise<void> {
  const { status, body } = await ready();
  expect({ status, body }).toEqual({ status: 503, body: { ready: false } });
  expect((await app.call('GET', '/healthz', { key: null })).body).toEqual({ status: 'ok' });
}

/** 503 in the shape of every problem, without a word about what is behind. */
function expectAway(answer: Answer, code = 'unavailable'): void {
  expect(answer).toMatchObject({ status: 503, body: { code, status: 503 } });
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
  expect(answer.headers.get('Retry-After')).toBe('1');
  expect(JSON.stringify(answer.body)).not.toMatch(/ECONN|ENOENT|PGSQL|\.sock|select|grpc|at \//i);
}

/** Every kind of call, as it is when a part is away. */
async function everyCall(): Promise<Answer[]> {
  const check = {
    subject: { type: 'user', id: 'sam' },
    action: { name: `unheard-of-${randomUUID()}` },
    resource: { type: 'tiktok_account', id: 'brand' },
  };
  return Promise.all([
    app.call('POST', '/access/v1/evaluation', { body: check }),
    app.call('POST', '/access/v1/evaluations', { body: { ...check, evaluations: [{}, {}] } }),
    app.call('POST', '/access/v1/search/subject', { body: { ...check, subject: { type: 'user' } } }),
    app.call('POST', '/access/v1/search/resource', { body: { ...check, resource: { type: 'tiktok_account' } } }),
    app.call('POST', '/access/v1/search/action', { body: { subject: check.subject, resource: check.resource } }),
    app.call('DELETE', '/v1/tiktok-accounts/brand/grants/bc1', { actor: 'tiktok_account:brand' }),
    app.call('GET', '/v1/business-centers/bc1/tiktok-accounts', { actor: 'user:adm' }),
    app.call('POST', '/v1/business-centers/bc1/access-requests', { actor: 'user:adm', body: { scopes: ['LIVE'] } }),
  ]);
}

test('without a database every call is a 503, and everything comes back with it', async () => {
  await expectNormal();
  await toDatabase.down();
  for (const answer of await everyCall()) expectAway(answer);
  expectAway(await app.call('PUT', '/v1/business-centers/bc1', { body: { name: 'Elsewhere' } }));
  expectAway(await app.call('GET', '/v1/audit', {}));
  expectAway(await app.call('GET', '/v1/audit', { key: unknownKey }));
  expect([await may('sam'), await may('ext')]).toEqual(['503 unavailable', '503 unavailable']);
  await expectNotReady();
  expect((await app.call('GET', '/v1/status')).body).toMatchObject({
    ready: false,
    database: { answers: false, writable: false, version: null },
    pdp: { answers: true },
  });

  await toDatabase.up();
  expect(await until(async () => (await ready()).body.ready)).toBe(true);
  await expectNormal();
});

test('a database that falls silent is a 503 in time, and does not have to come back on the same connection', async () => {
  await expectNormal();
  toDatabase.silent();
  for (const answer of await everyCall()) expect(['unavailable', 'timeout']).toContain(answer.body.code);
  const answers = await Promise.all([may('sam'), may('ext'), may('sam')]);
  for (const answer of answers) expect(answer).toMatch(/^503 (?:unavailable|timeout)$/);
  await expectNotReady();

  await toDatabase.up();
  await until(async () => (await may('sam')) === 'ALLOW via BUSINESS_CENTER');
  await until(async () => (await ready()).body.ready);
  await expectNormal();
});

test('an import whose statement was lost on a silent network ends, and changes nothing; writes get their numbers again', async () => {
  await expectNormal();
  const body = async function* (): AsyncGenerator<Uint8Array> {
    const line = { type: 'member', bc_id: 'bc1', user_id: 'lost', user_role: 'STANDARD' };
    yield Buffer.from(`${JSON.stringify(line)}\n`);
    // The connection of the import stands: it has a name of its own.
    const text = `select from pg_stat_activity where datname = current_database() and application_name = 'sparkgate-import'`;
    await until(async () => (await sql({ databaseUrl: database.url }, text)).length === 1);
    toDatabase.silent();
  };
  const importing = bring(app, ReadableStream.from<Uint8Array>(body()));
  await until(async () => (await ready()).status === 503);
  await toDatabase.up();
  expectAway(await importing);
  await until(async () => (await ready()).body.ready);
  await expectNormal();
  expect(await sql({ databaseUrl: database.url }, "select from member where user_id = 'lost'")).toEqual([]);
  // Nobody reads the trail.
  await put(app, '/v1/ad-accounts/adv1', { name: 'After the silence' });
  await until(async () => (await sql({ databaseUrl: database.url }, 'select from unsealed_write')).length === 0);
}, 120_000);

test('without a PDP nothing is allowed or denied anew, and it comes back by itself', async () => {
  await expectNormal();
  await toPdp.down();
  // Answers of a PDP that others run hold for a second: until then memory may answer, and rightly.
  for (let known = ''; known !== '503 unavailable'; known = await may('sam')) {
    if (known !== '') expect(known).toBe('ALLOW via BUSINESS_CENTER');
  }
  for (const answer of await everyCall()) expectAway(answer);
  await expectNotReady();

  await toPdp.up();
  await until(async () => (await ready()).body.ready);
  await expectNormal();
});

test('a PDP that falls silent is a 503 in time, and comes back on another connection', async () => {
  await expectNormal();
  toPdp.silent();
  // One deadline for single checks, batches, searches and the flow, before that of the request.
  expect(await unheardOf()).toBe('503 unavailable');
  for (const answer of await everyCall()) expectAway(answer);
  await expectNotReady();

  await toPdp.up();
  await until(async () => (await ready()).body.ready);
  await expectNormal();
});
