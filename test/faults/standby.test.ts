import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSupervisor, type Children } from '../../src/platform/children.ts';
import { claimDataDir, type DataDir } from '../../src/platform/data-dir.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, decision, grant, put, standardWorld } from '../support/cast.ts';
import { cleanUp, temporaryFolder, until } from '../support/service.ts';

// After a failover an address may lead to a standby, which lags behind: what was revoked on the new primary still
// stands there. Nothing may be decided by it.

let dataDir: DataDir;
let children: Children;
let address: EmbeddedPostgres;
let app: TestApp;

const start = async (): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres(children, { dataDir: dataDir.path, runDir: dataDir.runDir, durable: false });
const url = (): string => `postgresql://postgres@localhost/sparkgate?host=${encodeURIComponent(address.host)}`;
const may = async (): Promise<string> =>
  decision(app, 'sam', 'create_spark_ad', 'tiktok_account:brand', { advertiser_id: 'adv1' });
const ready = async (): Promise<number> => (await app.call('GET', '/readyz', { key: null })).status;

beforeAll(async () => {
  dataDir = await claimDataDir(await temporaryFolder());
  children = await startSupervisor({ onEvent: () => undefined });
  address = await start();
  app = await testApp({ DATABASE_URL: url() });
  await standardWorld(app);
  await put(app, '/v1/ad-accounts/adv1/members/sam', { advertiser_role: 'OPERATOR' });
  await grant(app, ['POST']);
  await assign(app, 'sam', ['POST']);
});
afterAll(async () => {
  await app.close();
  await children.close();
  await dataDir.release();
  await cleanUp();
});

test('a standby decides nothing and is said to be one; the primary that it becomes serves again', async () => {
  expect(await may()).toBe('ALLOW via BUSINESS_CENTER');
  await children.stop('postgres');
  await writeFile(join(dataDir.path, 'pg/standby.signal'), '');
  await start();
  expect(await may()).toBe('503 unavailable');
  expect((await app.call('PUT', '/v1/business-centers/bc1', { body: { name: 'Elsewhere' } })).status).toBe(503);
  expect((await app.call('GET', '/v1/audit')).status).toBe(503);
  expect(await ready()).toBe(503);
  expect((await app.call('GET', '/v1/status')).body).toMatchObject({
    database: { answers: false },
  });
  await expect(testApp({ DATABASE_URL: url() })).rejects.toThrow(
    'The database (DATABASE_URL) cannot be used: it is a standby, which takes no writes and may lag behind; name the primary.',
  );

  const client = new pg.Client({ connectionString: url() });
  await client.connect();
  await client.query('select pg_promote()');
  await client.end();
  await until(async () => (await ready()) === 200);
  expect(await may()).toBe('ALLOW via BUSINESS_CENTER');
  expect((await app.call('PUT', '/v1/business-centers/bc1', { body: { name: 'Here' } })).status).toBe(200);
});
