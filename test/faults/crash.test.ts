import { once } from 'node:events';
import { request, type ClientRequest } from 'node:http';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, expect, test, vi } from 'vitest';
import {
  cleanUp,
  descendants,
  isAlive,
  postmasterOf,
  SERVICE_KEY,
  startService,
  temporaryFolder,
  until,
  type Service,
} from '../support/service.ts';

vi.setConfig({ testTimeout: 120_000 });
afterAll(cleanUp);

interface Stream {
  acknowledged: Map<string, string>;
  over: Promise<unknown>;
}

/** Four callers that write Business Centers one after the other until the service is gone. */
function writes(service: Service, prefix: string): Stream {
  const acknowledged = new Map<string, string>();
  const caller = async (name: string): Promise<void> => {
    for (let n = 0; ; n += 1) {
      const id = `${prefix}-${name}-${n}`;
      const answer = await service.call('PUT', `/v1/business-centers/${id}`, { body: { name: id } }).catch(() => null);
      if (answer?.status !== 200) return;
      acknowledged.set(id, answer.body.revision);
    }
  };
  return { acknowledged, over: Promise.all(['a', 'b', 'c', 'd'].map(caller)) };
}

async function sql<Row>({ dataDir }: Service, text: string): Promise<Row[]> {
  const client = new Client({ host: join(dataDir, 'run/pg'), port: 5432, user: 'postgres', database: 'sparkgate' });
  await client.connect();
  try {
    return (await client.query(text)).rows as Row[];
  } finally {
    await client.end();
  }
}

/** Everything that was acknowledged is there, with its place in the trail, and the trail has no gap. */
async function expectKept(service: Service, streams: readonly Stream[]): Promise<void> {
  const centers = await sql<{ bc_id: string; write_id: string }>(
    service,
    `select b.bc_id, a.write_id from business_center b join audit_entry a on a.subject_id = b.bc_id`,
  );
  const stored = new Map(centers.map(({ bc_id, write_id }) => [bc_id, write_id]));
  for (const { acknowledged } of streams) {
    for (const [id, revision] of acknowledged) expect([id, stored.get(id)]).toEqual([id, revision.split('.').at(-1)]);
  }
  await sql(service, 'select seal_writes()');
  const [state] = await sql<Record<string, string>>(
    service,
    `select (select count(*) from relationship_write)::text as written, count(*)::text as sealed,
            max(seq)::text as last, (select count(distinct write_id) from audit_entry)::text as told from sealed_write`,
  );
  const { written } = state ?? {};
  expect(state).toEqual({ written, sealed: written, last: written, told: written });
}

const environment = { DEMO: 'off', BOOTSTRAP_API_KEY: SERVICE_KEY, DRAIN_TIMEOUT: '1' };

test('what was acknowledged outlives SIGKILL, of the service alone and of everything at once', async () => {
  const dataDir = await temporaryFolder();
  const first = await startService({ ...environment, DATA_DIR: dataDir });
  const one = writes(first, 'one');
  await until(() => one.acknowledged.size >= 200);
  const children = descendants(first.pid);
  first.kill('SIGKILL');
  expect(await first.exit).toBe('SIGKILL');
  await one.over;
  await until(() => !children.some(isAlive));

  const second = await startService({ ...environment, DATA_DIR: dataDir });
  await expectKept(second, [one]);
  const two = writes(second, 'two');
  await until(() => two.acknowledged.size >= 200);
  const everything = [second.pid, ...descendants(second.pid)];
  for (const pid of everything) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  await two.over;

  const third = await startService({ ...environment, DATA_DIR: dataDir });
  await expectKept(third, [one, two]);
  await until(() => !everything.some(isAlive));

  // A caller that never ends its body is cut off when the time to drain is over, and nothing of it is stored.
  const endless = importing(third);
  const cutOff = once(endless, 'error');
  endless.write('{"type":"business_center","bc_id":"never","name":"Never"}\n');
  await until(async () => (await sql(third, `select from pg_stat_activity where query like '%staged%'`)).length > 1);
  const [before] = await sql<{ value: string }>(third, 'select count(*)::text as value from relationship_write');
  third.kill('SIGTERM');
  expect(await third.exit).toBe(0);
  expect((await cutOff)[0]).toMatchObject({ code: 'ECONNRESET' });
  const fourth = await startService({ ...environment, DATA_DIR: dataDir });
  expect(await sql(fourth, `select from business_center where bc_id = 'never'`)).toEqual([]);
  expect(await sql(fourth, 'select count(*)::text as value from relationship_write')).toEqual([before]);
});

/** An import whose body is still being sent. */
function importing(service: Service): ClientRequest {
  const headers = { Authorization: `Bearer ${SERVICE_KEY}`, 'Content-Type': 'application/x-ndjson' };
  return request(`${service.url}/v1/relationships/import`, { method: 'POST', headers });
}

test('SIGTERM lets an import that is still being sent finish, and others start no more', async () => {
  const service = await startService({ ...environment, DRAIN_TIMEOUT: '600' });
  const children = descendants(service.pid);
  const postmaster = await postmasterOf(service);
  expect(children).toContain(postmaster);
  const upload = importing(service);
  const answered = once(upload, 'response');
  upload.write('{"type":"business_center","bc_id":"bc1","name":"Bright Agency"}\n');
  await until(async () => (await sql(service, `select from pg_stat_activity where query like '%staged%'`)).length > 1);

  service.kill('SIGTERM');
  await until(async () =>
    fetch(`${service.url}/healthz`).then(
      () => false,
      () => true,
    ),
  );
  expect(isAlive(postmaster)).toBe(true);
  upload.write('{"type":"member","bc_id":"bc1","user_id":"sam","user_role":"STANDARD"}\n');
  upload.end();
  const [response] = await answered;
  expect(response.statusCode).toBe(200);
  response.setEncoding('utf8');
  const body = (await response.toArray()).join('');
  expect(JSON.parse(body)).toMatchObject({
    imported: { business_center: 1, member: 1 },
    revision: expect.stringMatching(/^[0-9a-f]+\.1\.\d+\.[0-9a-f-]{36}$/),
  });
  expect(await service.exit).toBe(0);
  expect(children.filter(isAlive)).toEqual([]);
});
