import { createRoute, z } from '@hono/zod-openapi';
import { createMiddleware } from 'hono/factory';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry, type Aggregator } from 'prom-client';
import { authorizeKey } from '../domain/authorize.ts';
import { SECURED } from './api/answers.ts';
import type { Env, Services } from './env.ts';
import { routeOf } from './middleware/request-log.ts';
import { contextOf, router } from './validation.ts';

/** Prometheus metrics of one application. Times in seconds; labels hold routes and outcomes, never ids. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #all: () => Promise<string>;
  readonly #requests = new Histogram({
    name: 'sparkgate_http_request_duration_seconds',
    help: 'HTTP requests by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
    registers: [this.#registry],
  });

  constructor({ policyStatus, counters, droppedLogLines, allMetrics }: Services) {
    this.#all = allMetrics(this.#registry);
    collectDefaultMetrics({ register: this.#registry });
    for (const metric of policyMetrics(policyStatus)) this.#registry.registerMetric(metric);
    for (const [name, help, read, aggregator] of [
      ['facts_statements', 'SQL statements that loaded facts', () => counters().statements, 'sum'],
      ['pdp_calls', 'Calls of the policy decision point', () => counters().pdpCalls, 'sum'],
      ['pdp_questions', 'Questions in those calls', () => counters().pdpQuestions, 'sum'],
      ['memo_hits', 'Questions that were answered from memory', () => counters().hits, 'sum'],
      ['replica_reads', 'Searches, lists and exports that the replica answered', () => counters().replicaReads, 'sum'],
      ['replica_behind', 'Those of the database, since the replica was behind', () => counters().replicaBehind, 'sum'],
      ['replica_failed', 'Those of the database, since the replica failed', () => counters().replicaFailed, 'sum'],
      ['policy_swaps', 'How often a policy bundle took the place of another', () => policyStatus().swaps, 'max'],
      ['policy_refusals', 'Policy bundles that were refused', () => policyStatus().refusals, 'max'],
      ['log_lines_dropped', LINES_DROPPED, droppedLogLines, 'sum'],
    ] as const) {
      let counted = 0;
      const counter = new Counter({
        name: `sparkgate_${name}_total`,
        help,
        aggregator,
        registers: [],
        collect() {
          const now = read();
          this.inc(now - counted);
          counted = now;
        },
      });
      this.#registry.registerMetric(counter);
    }
    const entries = new Gauge({
      name: 'sparkgate_memo_entries',
      help: 'Distinct questions whose answers are remembered',
      registers: [],
      collect() {
        this.set(counters().distinct);
      },
    });
    this.#registry.registerMetric(entries);
    const staleness = 'How old the facts in memory may be: those of checks with Sparkgate-Consistency: bounded';
    this.#registry.registerMetric(gauge('facts_staleness_seconds', staleness, () => counters().staleness, 'max'));
    this.#registry.registerMetric(gauge('facts_kept_bytes', 'Facts in memory', () => counters().factsBytes, 'sum'));
  }

  /** Times every request. */
  measure() {
    const requests = this.#requests;
    return createMiddleware<Env>(async function metricsMiddleware(c, next) {
      const end = requests.startTimer();
      await next();
      end({ method: c.req.method, route: routeOf(c) ?? 'none', status: c.res.status });
    });
  }

  /** Notes an answer that no middleware saw, and how many seconds it took. */
  note(labels: { method: string; route: string; status: number }, seconds: number): void {
    this.#requests.observe(labels, seconds);
  }

  /** GET /metrics, for keys that may read them. */
  route() {
    const [registry, all] = [this.#registry, this.#all];
    return router().openapi(
      createRoute({
        tags: ['Health'],
        security: SECURED,
        method: 'get',
        path: '/metrics',
        operationId: 'getMetrics',
        summary: 'Prometheus metrics',
        responses: {
          200: { description: 'The metrics', content: { 'text/plain': { schema: z.string() } } },
        },
      }),
      async (c) => {
        await authorizeKey(contextOf(c), 'read_metrics', c.get('caller').key?.bcIds ?? []);
        return c.text(await all(), 200, { 'Content-Type': registry.contentType });
      },
    );
  }
}

const LINES_DROPPED = 'Log lines that nothing took: a full disk, or a reader that has stopped';

/** Which bundle decides, since when, and whether another was refused. */
function policyMetrics(status: Services['policyStatus']): Gauge[] {
  const info = new Gauge({
    name: 'sparkgate_policy_info',
    help: 'The policy bundle that decides',
    aggregator: 'first',
    labelNames: ['policy', 'source'],
    registers: [],
    collect() {
      const { policy, source } = status();
      this.reset();
      this.set({ policy, source }, 1);
    },
  });
  const since = gauge(
    'policy_since_seconds',
    'When that bundle began to decide',
    () => Date.parse(status().since) / 1000,
  );
  const refused = gauge(
    'policy_last_refusal_seconds',
    'When a bundle was last refused; 0 = never since the start',
    () => Date.parse(status().last_refusal?.at ?? new Date(0).toISOString()) / 1000,
  );
  const standing = gauge('policy_refused', 'Whether POLICY_DIR holds policies that were refused', () =>
    Number(status().last_refusal?.standing === true),
  );
  return [info, since, refused, standing];
}

/** @param aggregator how those of several processes come together */
function gauge(name: string, help: string, read: () => number, aggregator: Aggregator = 'max'): Gauge {
  return new Gauge({
    name: `sparkgate_${name}`,
    help,
    aggregator,
    registers: [],
    collect() {
      this.set(read());
    },
  });
}
