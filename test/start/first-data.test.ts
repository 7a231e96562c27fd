import { createServer, type AddressInfo } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { cleanUp, SERVICE_KEY, startService, until } from '../support/service.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await cleanUp();
  await database.drop();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const answerOf = async (url: string): Promise<string> =>
  fetch(url).then(
    async (response) => `${response.status} ${await response.text()}`,
    () => 'nobody there',
  );

test('a service is ready only when the first data are in', async () => {
  const writer = new pg.Client({ connectionString: database.url });
  await writer.connect();
  // The demo's facts have to wait behind this write.
  await writer.query('begin');
  await writer.query('lock table business_center in exclusive mode');
  const port = await freePort();
  const starting = startService({
    PORT: String(port),
    DATABASE_URL: database.url,
    CERBOS_TARGET: inject('cerbosTarget'),
    BOOTSTRAP_API_KEY: SERVICE_KEY,
    DEMO: 'on',
  });
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await answerOf(`${url}/healthz`)) === '200 {"status":"ok"}');
  expect(await answerOf(`${url}/readyz`)).toBe('503 {"ready":false}');
  await writer.query('rollback');
  await writer.end();
  await until(async () => (await answerOf(`${url}/readyz`)) === '200 {"ready":true}');
  const service = await starting;
  const answer = await service.call('POST', '/access/v1/evaluation', {
    body: {
      subject: { type: 'user', id: 'sam' },
      action: { name: 'create_spark_ad', properties: { advertiser_id: 'adv1' } },
      resource: { type: 'tiktok_account', id: 'brand' },
    },
  });
  expect(answer.body).toMatchObject({ decision: true });
});
