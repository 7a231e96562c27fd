import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Recorder } from '../history/load.ts';
import { startNodes } from '../history/nodes.ts';
import { randomFrom } from '../history/random.ts';
import { cellsOf } from '../history/scripts.ts';
import { latencies, told, violationsIn } from '../history/verdict.ts';
import { cleanUp } from '../support/service.ts';
import { Cluster, PROGRAMS } from './failover/cluster.ts';
import { routerTo } from './failover/router.ts';

// The primary dies under load, again and again, and its synchronous standby is promoted: Patroni with etcd, on two
// PostgreSQL 15. Exit code 1: an answer was wrong, or something acknowledged was lost.

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const seed = Number(values.seed);
const quiet = Number(values.seconds) * 1000;

const missing = Object.values(PROGRAMS).filter((program) => !existsSync(program));
if (missing.length > 0) {
  console.error(`Not installed: ${missing.join(', ')} (apt-get install postgresql-15 patroni etcd-server).`);
  process.exit(1);
}
console.log(`seed ${seed}`);
const cluster = await Cluster.start();
const router = await routerTo(async () => (await cluster.primary())?.postgres ?? null);
try {
  await onPrimary('create database sparkgate');
  const url = `postgresql://postgres@127.0.0.1:${router.port}/sparkgate`;
  const nodes = await startNodes(2, { DATABASE_URL: url, REQUEST_TIMEOUT: '5' });
  await failOver(nodes);
} finally {
  await cleanUp();
  await router.close();
  await cluster.remove();
}

async function failOver(nodes: Awaited<ReturnType<typeof startNodes>>): Promise<void> {
  const random = randomFrom(seed);
  const cells = cellsOf(1, random, `s${seed}`);
  const recorder = new Recorder({ nodes, cells, random, patience: 120_000 });
  await recorder.begin();
  const over = new AbortController();
  const load = recorder.run(Number.POSITIVE_INFINITY, over.signal);
  for (let n = 0; n < Number(values.times); n += 1) {
    await delay(quiet);
    await killPrimary(recorder);
  }
  await delay(quiet);
  over.abort();
  await load;
  await recorder.end();
  report(recorder.operations);
}

async function killPrimary({ operations }: Recorder): Promise<void> {
  const primary = await cluster.primary();
  if (!primary) throw new Error('There is no primary to kill.');
  const killed = performance.now();
  await cluster.kill(primary);
  let since: number | undefined;
  for (; since === undefined; await delay(50)) {
    since =
      operations.find(({ start, call, done }) => start > killed && 'write' in call && done === true)?.end ?? undefined;
  }
  console.log(`${primary.name} was killed; a write was acknowledged ${Math.round(since - killed)} ms later`);
  await cluster.startMachine(primary);
  await cluster.untilSafe();
  console.log(`${primary.name} is the standby`);
}

function report(operations: Recorder['operations']): void {
  const found = violationsIn(operations);
  const lost = found.filter(({ operation }) => operation.client === 'end').length;
  const away = operations.filter(({ said }) => said.startsWith('503')).length;
  const open = operations.filter(({ outcome }) => outcome === 'open').length;
  console.table(latencies(operations));
  for (const it of found.slice(0, 3)) console.log(told(it, operations));
  console.log(
    `${operations.length} operations, ${away} answered 503, ${open} open, ${found.length - lost} wrong answers, ${lost} lost`,
  );
  if (found.length > 0) process.exitCode = 1;
}

async function onPrimary(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: `postgresql://postgres@127.0.0.1:${router.port}/postgres` });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
