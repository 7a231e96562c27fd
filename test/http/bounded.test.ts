import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type Answer, type TestApp } from '../support/app.ts';
import { grant, standardWorld } from '../support/cast.ts';
import { sql } from '../support/sql.ts';

// Answers from memory for those who take them: how old they may be, and what makes them fresh.

const LIMIT_MS = 2000;
let app: TestApp;
beforeAll(async () => {
  app = await testApp({ STALENESS_LIMIT: String(LIMIT_MS / 1000) });
  await standardWorld(app);
  await grant(app, ['POST']);
});
afterAll(async () => app.close());

const CHECK = {
  subject: { type: 'user', id: 'adm' },
  action: { name: 'view' },
  resource: { type: 'tiktok_account', id: 'brand' },
};
const BOUNDED = { 'Sparkgate-Consistency': 'bounded' };

async function ask(headers: Record<string, string> = BOUNDED): Promise<Answer> {
  return app.call('POST', '/access/v1/evaluation', { body: CHECK, headers });
}

async function measured(name: string): Promise<number> {
  const { body } = await app.call('GET', '/metrics');
  return Number(new RegExp(`^sparkgate_${name} (\\S+)$`, 'm').exec(body)?.[1]);
}

const revoke = async (): Promise<Answer> =>
  app.call('DELETE', '/v1/tiktok-accounts/brand/grants/bc1', { actor: 'tiktok_account:brand' });

test('bounded is the one consistency that can be asked for', async () => {
  const { status, body } = await ask({ 'Sparkgate-Consistency': 'eventual' });
  expect([status, body.errors]).toEqual([400, [{ pointer: 'Sparkgate-Consistency', message: 'takes bounded' }]]);
  const headers = { 'Sparkgate-Consistency': 'eventual' };
  const none = await app.call('POST', '/access/v1/evaluations', { body: { evaluations: [null] }, headers });
  expect(none.status).toBe(400);
});

test('what a write changed is seen within the limit, and at once with its revision, or without the header', async () => {
  expect((await ask()).body.decision).toBe(true);
  const { headers } = await revoke();
  const revision = headers.get('X-Sparkgate-Revision') ?? '';
  expect((await ask({ ...BOUNDED, 'X-Sparkgate-Revision': revision })).body.decision).toBe(false);
  expect((await ask({})).body.decision).toBe(false);
  await grant(app, ['POST']);
  await expect.poll(async () => (await ask()).body.decision, { timeout: 30_000 }).toBe(true);
});

test('a hundred bounded checks take no statement of their own', async () => {
  await ask();
  const before = await measured('facts_statements_total');
  const since = performance.now();
  for (let n = 0; n < 100; n += 1) expect((await ask()).status).toBe(200);
  const looks = (performance.now() - since) / 50;
  expect((await measured('facts_statements_total')) - before).toBeLessThan(looks + 5);
  expect(await measured('facts_staleness_seconds')).toBeLessThan(LIMIT_MS / 1000);
  expect(await measured('facts_kept_bytes')).toBeGreaterThan(0);
});

test('while the database is away they go on until the limit, and then are 503', async () => {
  await ask();
  await sql(elsewhere(), `alter database ${databaseName()} with allow_connections false`);
  await sql(elsewhere(), END, [databaseName()]);
  expect((await ask()).body.decision).toBe(true);
  expect((await ask({})).status).toBe(503);
  let answer = await ask();
  while (answer.status === 200) answer = await ask();
  expect(answer.status).toBe(503);
  await sql(elsewhere(), `alter database ${databaseName()} with allow_connections true`);
  await expect.poll(async () => (await ask()).status).toBe(200);
});

const END = 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()';
const elsewhere = (): { databaseUrl: string } => ({ databaseUrl: app.databaseUrl.replace(databaseName(), 'postgres') });
const databaseName = (): string => new URL(app.databaseUrl).pathname.slice(1);
