import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { pino } from 'pino';
import { readConfig } from '../src/config.ts';
import type { Check } from '../src/decision/check.ts';
import { prepare } from '../src/decision/prepare.ts';
import { loadFacts } from '../src/facts/loader.ts';
import { GIVEN, project } from '../src/facts/kinds.ts';
import { bootstrap } from '../src/runtime/bootstrap.ts';
import { createApp } from '../src/http/app.ts';
import type { Counters } from '../src/http/env.ts';
import { startRuntime } from '../src/runtime/runtime.ts';
import { serveParent, tell } from './child.ts';
import { draw, type Question } from './draw.ts';

/** One check as Cerbos would be asked about it, and what Sparkgate answers. */
export interface Situation {
  kind: string;
  action: string;
  role: string;
  vector: object;
  allowed: boolean;
}

/** What the answers to the first checks were. */
export interface Answers {
  situations: Situation[];
  /** How many checks got which answer. */
  mix: Record<string, number>;
}

export type Message = { counters: true } | { settle: true } | { centers: number; checks: number };
export type Said = { url: string; key: string; postgres: string };
export type Count = Counters & { cpu: number; rss: number };

/** The service as `npm start` runs it, on a data directory of its own, which also tells what its answers cost. */
const folder = await mkdtemp(join(tmpdir(), 'sparkgate-bench-'));
const config = readConfig({
  DATA_DIR: folder,
  DEMO: 'off',
  LOG_LEVEL: 'warn',
  POLICY_DIR: join(import.meta.dirname, '../policies'),
});
const runtime = await startRuntime(config, pino({ level: 'warn' }, pino.destination(2)));
await bootstrap(runtime, config);
const pool = await runtime.orm.em.getConnection().getNativeClient();

/** Projects the first checks of a world on their vectors, and decides them. */
async function answers(centers: number, checks: number): Promise<Answers> {
  const situations: Situation[] = [];
  const mix: Record<string, number> = {};
  const drawn = draw(centers);
  for (let left = checks; left > 0; left -= 500) {
    const prepared = Array.from({ length: Math.min(left, 500) }, () => prepare(asCheck(drawn.next().value)));
    const facts = await loadFacts(
      async (text, values) => (await pool.query({ name: 'bench', text, values })).rows,
      prepared.map(({ question }) => question),
    );
    const decisions = await runtime.services.decider.decide(prepared);
    for (const [index, { check }] of prepared.entries()) {
      const { decision, via, reasons } = decisions[index]!;
      const { kind, vector } = project(facts[index]!, GIVEN);
      const said = decision ? `ALLOW via ${via}` : `DENY ${reasons.map(({ code }) => code).join(' ')}`;
      mix[said] = (mix[said] ?? 0) + 1;
      situations.push({ kind, action: check.action.name, role: check.subject.type, vector, allowed: decision });
    }
  }
  return { situations, mix };
}

function asCheck({ subject, action, resource }: Question): Check {
  return {
    subject: { ...subject, properties: {} },
    action,
    resource: { ...resource, properties: {} },
    context: {},
    within: null,
    byPerson: false,
  };
}

const server = serve({ fetch: createApp(runtime.services).fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  void start(`http://127.0.0.1:${port}`);
});

async function start(url: string): Promise<void> {
  const key = (await readFile(join(folder, 'api-key'), 'utf8')).trim();
  const { rows } = await pool.query<{ server_version: string }>('show server_version');
  tell({ url, key, postgres: rows[0]!.server_version } satisfies Said);
}

serveParent(
  async (asked) => {
    const message = asked as Message;
    if ('centers' in message) return answers(message.centers, message.checks);
    // What autovacuum and the checkpointer do within minutes of an import, so that they do not do it while we measure.
    if ('settle' in message) await pool.query('vacuum').then(async () => pool.query('checkpoint'));
    const { user, system } = process.cpuUsage();
    return {
      ...runtime.services.counters(),
      cpu: (user + system) / 1e6,
      rss: process.memoryUsage.rss(),
    } satisfies Count;
  },
  async () => {
    server.close();
    await runtime.close();
    await rm(folder, { recursive: true, force: true });
  },
);
