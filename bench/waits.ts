import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { Connection } from './connection.ts';
import { KEY, percentiles, startService, type StartedService } from './started-service.ts';
import { facts } from './world.ts';

// How long writes wait for what others do: an import, refused writes of somebody else, a node that has frozen.
//     node bench/waits.ts [--only=import|refused|frozen] [--centers=1000] [--seconds=10] [--tree=ANOTHER]

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    centers: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '10' },
    tree: { type: 'string', default: join(import.meta.dirname, '..') },
  },
});
const during = Number(values.seconds) * 1000;
const MEMBERS = '/v1/business-centers/own/members';
const ASSIGNMENTS = '/v1/business-centers/own/tiktok-accounts/brand/members';

await using service = await startService(values.tree);
await importFile([
  { type: 'business_center', bc_id: 'own', name: 'Own' },
  { type: 'tiktok_account', id: 'brand', handle: '@brand' },
  { type: 'member', bc_id: 'own', user_id: 'adm', user_role: 'ADMIN' },
  { type: 'account_grant', bc_id: 'own', tiktok_account_id: 'brand', scopes: ['POST'] },
  ...['mallory', ...Array.from({ length: 8 }, (_, n) => `u${n}`)].map((user) => ({
    type: 'member',
    bc_id: 'own',
    user_id: user,
    user_role: 'STANDARD',
  })),
]);
if ('refused'.includes(values.only)) await besideRefused();
if ('frozen'.includes(values.only)) await besideFrozen();
if ('import'.includes(values.only)) await besideImport();

/** Removals of members while a world is imported that has nothing to do with them. */
async function besideImport(): Promise<void> {
  const remove = await revocations();
  say('revocations alone', await timed(remove, delay(during)));
  const since = performance.now();
  say(`revocations beside an import`, await timed(remove, importFile(facts(Number(values.centers)))));
  process.stdout.write(`the import: ${((performance.now() - since) / 1000).toFixed(1)} s\n`);
}

async function revocations(): Promise<() => Promise<number>> {
  const connection = connect(service);
  let n = 0;
  return async () => {
    n += 1;
    await connection.put(`${MEMBERS}/gone${n}`, '{"user_role":"STANDARD"}');
    const since = performance.now();
    expectStatus(204, await connection.status('DELETE', `${MEMBERS}/gone${n}`));
    return performance.now() - since;
  };
}

/** An administrator's writes while somebody else sends what is refused, 32 at a time; in turns. */
async function besideRefused(): Promise<void> {
  const write = assigning(service, 'u0');
  for (let round = 0; round < 3; round += 1) {
    say('writes of one', await timed(write, delay(during / 2)));
    const over = delay(during / 2);
    const refused = Array.from({ length: 32 }, async () => {
      const connection = connect(service, 'mallory');
      await timed(async () => {
        // To whom may not see it, it does not exist.
        expectStatus(404, await connection.status('PUT', `${ASSIGNMENTS}/u1`, '{"scopes":["POST"]}'));
        return 0;
      }, over);
    });
    say('... beside refused writes of another', await timed(write, over));
    await Promise.all(refused);
  }
}

/** Writes through one node while another is stopped in the middle of a write that all of them lean on. */
async function besideFrozen(): Promise<void> {
  const url = new URL('postgresql://sparkgate_serve@localhost/sparkgate');
  url.searchParams.set('host', join(service.folder, 'run/pg'));
  const settings = { DATABASE_URL: url.href };
  await using frozen = await startService(values.tree, settings);
  await using other = await startService(values.tree, settings);
  const over = new AbortController();
  const load = [
    ...Array.from({ length: 4 }, (_, n) => assigning(frozen, `u${n}`)),
    ...Array.from({ length: 2 }, () => touching(frozen)),
  ].map(async (write) => {
    while (!over.signal.aborted) await write();
  });
  const writes = Array.from({ length: 4 }, (_, n) => assigning(other, `u${n}`));
  for (let round = 0; round < 5; round += 1) {
    say('writes through another node', await timedAll(writes, delay(during / 2)));
    process.kill(frozen.pid, 'SIGSTOP');
    say('... while a node has frozen', await timedAll(writes, delay(during / 2)));
    process.kill(frozen.pid, 'SIGCONT');
    await delay(500);
  }
  over.abort();
  await Promise.all(load);
}

/** Assigns and unassigns, as the administrator. */
function assigning(at: StartedService, user: string): () => Promise<number> {
  const connection = connect(at, 'adm');
  let assigned = false;
  return async () => {
    const since = performance.now();
    const status = await (assigned
      ? connection.status('DELETE', `${ASSIGNMENTS}/${user}`)
      : connection.status('PUT', `${ASSIGNMENTS}/${user}`, '{"scopes":["POST"]}'));
    if (status >= 400 && status !== 503) throw new Error(`answered ${status}`);
    assigned = !assigned;
    return performance.now() - since;
  };
}

/** Takes the administrator's membership, and leaves it as it is. */
function touching(at: StartedService): () => Promise<number> {
  const connection = connect(at);
  return async () => {
    await connection.status('PUT', `${MEMBERS}/adm`, '{"user_role":"ADMIN"}');
    return 0;
  };
}

function connect(at: StartedService, actor?: string): Connection {
  return new Connection(at.url, {
    Authorization: `Bearer ${KEY}`,
    ...(actor !== undefined && { 'X-Actor': `user:${actor}` }),
  });
}

function expectStatus(wanted: number, status: number): void {
  if (status !== wanted) throw new Error(`answered ${status}, not ${wanted}`);
}

/** Times of call after call until then, in milliseconds. */
async function timed(call: () => Promise<number>, until: Promise<unknown>): Promise<number[]> {
  const over = new AbortController();
  void until.finally(() => over.abort());
  const times: number[] = [];
  while (!over.signal.aborted) times.push(await call());
  await until;
  return times;
}

async function timedAll(calls: readonly (() => Promise<number>)[], until: Promise<unknown>): Promise<number[]> {
  return (await Promise.all(calls.map(async (call) => timed(call, until)))).flat();
}

function say(what: string, times: readonly number[]): void {
  const { p50, p99, max } = percentiles(times);
  process.stdout.write(`${what}: ${times.length}, p50 ${p50} ms, p99 ${p99} ms, max ${max} ms\n`);
}

async function importFile(lines: Iterable<object>): Promise<void> {
  const file = join(service.folder, 'facts.ndjson');
  const text = Readable.from(lines).map((line) => `${JSON.stringify(line)}\n`);
  await pipeline(text, createWriteStream(file));
  await promisify(execFile)(process.execPath, ['src/cli.ts', 'import', file], {
    cwd: values.tree,
    env: { PATH: process.env['PATH'], DATA_DIR: service.folder },
  });
}
