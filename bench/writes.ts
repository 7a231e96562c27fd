import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Connection } from './connection.ts';
import { KEY, percentiles, startService } from './started-service.ts';

// Writes of one fact a second, against bare calls of one SQL function that inserts the same rows on the same server:
//     node bench/writes.ts --seconds=5 --rounds=3 [--warm=10] [--tree=ANOTHER]

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    warm: { type: 'string', default: '10' },
    tree: { type: 'string', default: join(import.meta.dirname, '..') },
  },
});
const seconds = Number(values.seconds);
const CENTERS = 100;
const IN_FLIGHT = [1, 8, 32];
/** Of the clock in which Linux tells processor times. */
const TICK_MS = 10;

/** What a write of a member leaves behind, in one call. */
const BARE = `
create schema bare;
create table bare.member (like public.member including defaults including indexes);
create table bare.audit_entry (like public.audit_entry including defaults including indexes);
create table bare.change (id uuid primary key default uuidv7(), key text not null);
create function bare.put(bc text, usr text) returns void language plpgsql as $$
begin
  insert into bare.member select (jsonb_populate_record(null::public.member, jsonb_build_object('id', uuidv7(),
    'membership_id', uuidv7(), 'bc_id', bc, 'user_id', usr, 'user_role', 'STANDARD', 'valid_from', now(), 'begun_by', 'bench',
    'begun_write', uuidv7(), 'begun_revision', 1))).*;
  insert into bare.audit_entry select (jsonb_populate_record(null::public.audit_entry, jsonb_build_object('id', uuidv7(),
    'write_id', uuidv7(), 'revision', 1, 'at', now(), 'actor', 'bench', 'event', 'member.put', 'bc_id', bc,
    'subject_type', 'user', 'subject_id', usr, 'flags', '[]'::jsonb))).*;
  insert into bare.change (key) values (bc || usr);
end $$`;

await using service = await startService(values.tree);
const owner = { host: join(service.folder, 'run/pg'), database: 'sparkgate', user: 'postgres' };
const admin = new pg.Client(owner);
await admin.connect();
await admin.query(BARE);
const headers = { Authorization: `Bearer ${KEY}` };
const first = new Connection(service.url, headers);
for (let bc = 0; bc < CENTERS; bc += 1) await first.put(`/v1/business-centers/bc${bc}`, '{"name":"A Center"}');
first.close();
await admin.query("update known_limit set value = 1000000 where name = 'members_per_business_center'");
await writes(32, 'warm', Number(values.warm));
for (let round = 1; round <= Number(values.rounds); round += 1) {
  for (const inFlight of IN_FLIGHT) {
    const written = await writes(inFlight, `r${round}f${inFlight}`, seconds);
    const bare = await bareCalls(inFlight, `r${round}f${inFlight}`);
    const times = percentiles(written.times);
    process.stdout.write(
      `round ${round}, ${inFlight} in flight: ${written.rate} writes/s (p50 ${times.p50} ms, p99 ${times.p99} ms), ` +
        `bare ${bare.rate}/s, ratio ${(written.rate / bare.rate).toFixed(2)}; processor time: ` +
        `${written.cpu} us a write, ${bare.cpu} us a bare call\n`,
    );
  }
}
await admin.end();

async function writes(inFlight: number, name: string, forSeconds: number): Promise<Measured> {
  const connections = Array.from({ length: inFlight }, () => new Connection(service.url, headers));
  const written = await measure(inFlight, forSeconds, async (worker, n) => {
    await connections[worker]?.put(pathOf(`${name}w${worker}n${n}`, n), '{"user_role":"STANDARD"}');
  });
  for (const connection of connections) connection.close();
  return written;
}

async function bareCalls(inFlight: number, name: string): Promise<Measured> {
  const clients = Array.from({ length: inFlight }, () => new pg.Client(owner));
  await Promise.all(clients.map(async (client) => client.connect()));
  const bare = await measure(inFlight, seconds, async (worker, n) => {
    const text = 'select bare.put($1, $2)';
    await clients[worker]?.query({ name: 'bare', text, values: [`bc${n % CENTERS}`, `${name}w${worker}n${n}`] });
  });
  await Promise.all(clients.map(async (client) => client.end()));
  return bare;
}

function pathOf(user: string, n: number): string {
  return `/v1/business-centers/bc${n % CENTERS}/members/${user}`;
}

interface Measured {
  /** A second. */
  rate: number;
  /** In milliseconds. */
  times: number[];
  /** Processor time of a call in all processes, the caller's included, in microseconds. */
  cpu: number;
}

/** So many workers, each one call after another. */
async function measure(
  workers: number,
  forSeconds: number,
  call: (worker: number, n: number) => Promise<void>,
): Promise<Measured> {
  const cpu = await processorTime();
  const until = performance.now() + forSeconds * 1000;
  const times: number[] = [];
  const worker = async (_: unknown, index: number): Promise<void> => {
    for (let n = index; performance.now() < until; n += 1) {
      const since = performance.now();
      await call(index, n);
      times.push(performance.now() - since);
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  const used = (await processorTime()) - cpu;
  return { rate: Math.round(times.length / forSeconds), times, cpu: Math.round((used / times.length) * 1000) };
}

/** Of this process, the service and every process of PostgreSQL, in milliseconds. */
async function processorTime(): Promise<number> {
  const all = await Promise.all((await readdir('/proc')).filter((it) => /^\d+$/.test(it)).map(statOf));
  const postmaster = Number((await readFile(join(service.folder, 'pg/postmaster.pid'), 'utf8')).split('\n')[0]);
  const ours = new Set([process.pid, service.pid, postmaster]);
  return all.reduce((sum, it) => {
    if (!it || !(ours.has(it.pid) || it.parent === postmaster)) return sum;
    return sum + it.ms + (it.pid === postmaster ? it.ended : 0);
  }, 0);
}

/** Null for a process that has gone. `ended`: of its children that have. */
async function statOf(name: string): Promise<{ pid: number; parent: number; ms: number; ended: number } | null> {
  const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [ms, ended] = [11, 13].map((at) => (Number(fields[at]) + Number(fields[at + 1])) * TICK_MS);
  return { pid: Number(name), parent: Number(fields[1]), ms: ms!, ended: ended! };
}
