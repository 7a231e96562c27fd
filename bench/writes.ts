import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Connection } from './connection.ts';

// Writes of one fact a second, against bare calls of one SQL function that inserts the same rows on the same server:
//     node bench/writes.ts --seconds=5 --rounds=3 [--tree=ANOTHER]

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    tree: { type: 'string', default: join(import.meta.dirname, '..') },
  },
});
const seconds = Number(values.seconds);
const KEY = 'bootstrap-key-of-the-benchmark-0123456789ab';
const CENTERS = 100;
const IN_FLIGHT = [1, 8, 32];

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

const folder = await mkdtemp(join(tmpdir(), 'sparkgate-writes-'));
const service = spawn(process.execPath, ['src/main.ts'], {
  cwd: resolve(values.tree),
  env: {
    PATH: process.env['PATH'],
    PORT: '0',
    DEMO: 'off',
    LOG_LEVEL: 'warn',
    DATA_DIR: folder,
    BOOTSTRAP_API_KEY: KEY,
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const url = await addressOf(service.stdout);
  const owner = { host: join(folder, 'run/pg'), database: 'sparkgate', user: 'postgres' };
  const admin = new pg.Client(owner);
  await admin.connect();
  await admin.query(BARE);
  const headers = { Authorization: `Bearer ${KEY}` };
  const first = new Connection(url, headers);
  for (let bc = 0; bc < CENTERS; bc += 1) await first.put(`/v1/business-centers/bc${bc}`, '{"name":"A Center"}');
  first.close();
  await admin.query("update known_limit set value = 1000000 where name = 'members_per_business_center'");
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    for (const inFlight of IN_FLIGHT) {
      const connections = Array.from({ length: inFlight }, () => new Connection(url, headers));
      const written = await measure(inFlight, async (worker, n) => {
        await connections[worker]?.put(pathOf(`r${round}f${inFlight}w${worker}n${n}`, n), '{"user_role":"STANDARD"}');
      });
      for (const connection of connections) connection.close();
      const clients = Array.from({ length: inFlight }, () => new pg.Client(owner));
      await Promise.all(clients.map(async (client) => client.connect()));
      const bare = await measure(inFlight, async (worker, n) => {
        const text = 'select bare.put($1, $2)';
        await clients[worker]?.query({
          name: 'bare',
          text,
          values: [`bc${n % CENTERS}`, `r${round}f${inFlight}w${worker}n${n}`],
        });
      });
      await Promise.all(clients.map(async (client) => client.end()));
      const ratio = (written.rate / bare.rate).toFixed(2);
      process.stdout.write(
        `round ${round}, ${inFlight} in flight: ${written.rate} writes/s (p50 ${written.p50} ms, p99 ${written.p99} ms), ` +
          `bare ${bare.rate}/s, ratio ${ratio}\n`,
      );
    }
  }
  await admin.end();
} finally {
  service.kill('SIGTERM');
  await once(service, 'exit');
  await rm(folder, { recursive: true, force: true });
}

function pathOf(user: string, n: number): string {
  return `/v1/business-centers/bc${n % CENTERS}/members/${user}`;
}

/** Calls a second of so many workers, each one call after another; and how long a call takes, in milliseconds. */
async function measure(
  workers: number,
  call: (worker: number, n: number) => Promise<void>,
): Promise<{ rate: number; p50: string; p99: string }> {
  const until = performance.now() + seconds * 1000;
  const times: number[] = [];
  const worker = async (_: unknown, index: number): Promise<void> => {
    for (let n = index; performance.now() < until; n += 1) {
      const since = performance.now();
      await call(index, n);
      times.push(performance.now() - since);
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(1);
  return { rate: Math.round(times.length / seconds), p50: at(0.5), p99: at(0.99) };
}

async function addressOf(stdout: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stdout) {
    text += String(chunk);
    const [, url] = /^Sparkgate serves at (\S+)$/m.exec(text) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`the service did not start: ${text}`);
}
