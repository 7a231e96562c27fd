import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import { cleanUp, SERVICE_KEY, temporaryFolder } from '../support/service.ts';

afterAll(cleanUp);

/** As many requests as fill a pipe and what is held back besides. */
const REQUESTS = 2500;

/** Serves with standard error going to where nothing takes it. */
async function serveTo(standardError: string) {
  const child = spawn('bash', ['-c', `exec "$0" src/main.ts ${standardError}`, process.execPath], {
    cwd: join(import.meta.dirname, '../..'),
    env: {
      PATH: process.env['PATH'] ?? '',
      PORT: '0',
      LOG_LEVEL: 'trace',
      BOOTSTRAP_API_KEY: SERVICE_KEY,
      DATA_DIR: await temporaryFolder(),
    },
    // The third is a socket that nobody reads.
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stderr.pause();
  for await (const line of createInterface(child.stdout)) {
    const [, url] = /serves at (\S+)/.exec(line) ?? [];
    if (url !== undefined) return { child, url };
  }
  throw new Error('It did not start.');
}

test.each([
  ['a full disk', '2>/dev/full'],
  ['a pipe whose reader has stopped', '2> >(exec sleep 60)'],
  ['a socket whose reader has stopped', ''],
])('with its log to %s, it answers, counts what it drops, and stops on SIGTERM', async (_, standardError) => {
  const { child, url } = await serveTo(standardError);
  const statuses = new Set<number>();
  for (let sent = 0; sent < REQUESTS; sent += 50) {
    const answers = Array.from({ length: 50 }, async () => {
      const answer = await fetch(`${url}/healthz`, { headers: { 'X-Request-ID': 'x'.repeat(128) } });
      await answer.arrayBuffer();
      return answer.status;
    });
    for (const status of await Promise.all(answers)) statuses.add(status);
  }
  const metrics = await fetch(`${url}/metrics`, { headers: { Authorization: `Bearer ${SERVICE_KEY}` } });
  const [, dropped] = /^sparkgate_log_lines_dropped_total (\d+)$/m.exec(await metrics.text()) ?? [];
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  expect([...statuses]).toEqual([200]);
  expect(Number(dropped)).toBeGreaterThan(0);
  expect((await gone)[0]).toBe(0);
});
