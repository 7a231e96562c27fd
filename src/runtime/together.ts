import type { Registry } from 'prom-client';
import type { Config } from '../config.ts';
import type { Context } from '../domain/context.ts';
import type { Counters } from '../http/env.ts';
import { RateLimits } from '../platform/rate-limits.ts';
import { importQueue } from './writing.ts';

/** What all processes that answer do together; one that answers alone is all of them. */
export interface Together extends Pick<Context, 'rates' | 'imports'> {
  /** How many processes answer. */
  readonly processes: number;
  /** What decisions have cost all of them. */
  counters: (own: () => Counters) => Promise<Counters>;
  /** Takes what this process measures, and returns how to tell what all of them do. */
  metrics: (own: Registry) => () => Promise<string>;
}

/** One process is all of them. */
export function alone({ consentRates }: Config): Together {
  return {
    processes: 1,
    rates: new RateLimits(consentRates),
    imports: importQueue(),
    counters: async (own) => own(),
    metrics: (own) => async () => own.metrics(),
  };
}

/** What several processes have counted. */
export function sumOf(all: readonly Counters[]): Counters {
  const sum = (of: (it: Counters) => number): number => all.reduce((total, it) => total + of(it), 0);
  return {
    statements: sum((it) => it.statements),
    pdpCalls: sum((it) => it.pdpCalls),
    pdpQuestions: sum((it) => it.pdpQuestions),
    distinct: sum((it) => it.distinct),
    hits: sum((it) => it.hits),
    factsBytes: sum((it) => it.factsBytes),
    staleness: Math.max(0, ...all.map((it) => it.staleness)),
    replicaReads: sum((it) => it.replicaReads),
    replicaBehind: sum((it) => it.replicaBehind),
    replicaFailed: sum((it) => it.replicaFailed),
  };
}
