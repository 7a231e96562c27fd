import { Agent, request } from 'node:http';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { cleanUp, SERVICE_KEY, startService, until, type Service } from '../support/service.ts';

// Nodes are restarted one after the other behind a balancer that asks each now and then whether it is ready.

const ASKED_EVERY_MS = 100;
const CALLERS = 8;

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await cleanUp();
  await database.drop();
});

const startNode = async (settings: Record<string, string>): Promise<Service> =>
  startService({
    DATABASE_URL: database.servingUrl,
    BOOTSTRAP_API_KEY: SERVICE_KEY,
    DEMO: 'off',
    DRAIN_DELAY: '1',
    LOG_LEVEL: 'warn',
    ...settings,
  });

/** Keeps connections, as a balancer does, and sends calls to those that were ready when it asked last. */
class Balancer {
  readonly nodes: Service[] = [];
  readonly #agent = new Agent({ keepAlive: true });
  readonly statuses: (number | string)[] = [];
  #ready: Service[] = [];
  #next = 0;
  #ended = false;

  async run(): Promise<void> {
    await Promise.all([this.#ask(), ...Array.from({ length: CALLERS }, async () => this.#call())]);
  }

  end(): void {
    this.#ended = true;
  }

  isReady(node: Service): boolean {
    return this.#ready.includes(node);
  }

  async #ask(): Promise<void> {
    while (!this.#ended) {
      const asked = this.nodes.map(async (node) => ((await this.#send(node, 'GET', '/readyz')) === 200 ? [node] : []));
      this.#ready = (await Promise.all(asked)).flat();
      await delay(ASKED_EVERY_MS);
    }
  }

  async #call(): Promise<void> {
    while (!this.#ended) {
      const node = this.#ready[(this.#next += 1) % this.#ready.length];
      if (node) this.statuses.push(await this.#send(node, 'POST', '/access/v1/evaluation', CHECK));
      else await delay(10);
    }
  }

  async #send(node: Service, method: string, path: string, body = ''): Promise<number | string> {
    const headers = { Authorization: `Bearer ${SERVICE_KEY}`, 'Content-Type': 'application/json' };
    const asked = request(`${node.url}${path}`, { method, headers, agent: this.#agent });
    try {
      const answered = once(asked, 'response');
      asked.end(body);
      const [answer] = (await answered) as [NodeJS.ReadableStream & { statusCode: number }];
      for await (const part of answer) void part;
      return answer.statusCode;
    } catch (error) {
      return String(error);
    }
  }
}

const CHECK = JSON.stringify({
  subject: { type: 'user', id: 'sam' },
  action: { name: 'use_posts' },
  resource: { type: 'tiktok_account', id: 'brand' },
});

test('no call is lost while every node is replaced, whether one process or several answer', async () => {
  const balancer = new Balancer();
  balancer.nodes.push(await startNode({}), await startNode({ WORKERS: '2' }));
  const running = balancer.run();
  for (const settings of [{ WORKERS: '2' }, {}] as Record<string, string>[]) {
    const [old] = balancer.nodes;
    const next = await startNode(settings);
    balancer.nodes.push(next);
    await until(() => balancer.isReady(next));
    old?.kill('SIGTERM');
    await until(() => old && !balancer.isReady(old));
    balancer.nodes.shift();
    expect(await old?.exit).toBe(0);
  }
  balancer.end();
  await running;
  expect(new Set(balancer.statuses)).toEqual(new Set([200]));
  expect(balancer.statuses.length).toBeGreaterThan(100);
});
