import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { PolicyService } from '../rollout/policy-service.ts';
import type { Query } from '../domain/context.ts';
import { REVISION_NOW } from '../domain/revision.ts';
import type { Counters, ServiceStatus } from '../http/env.ts';
import type { SchemaWatch } from '../store/schema-watch.ts';

/** How long a part may take to answer before it counts as silent, in milliseconds. */
const WITHIN_MS = 2000;

/** What the state of the service is told from. */
export interface StatusParts {
  query: Query;
  schema: SchemaWatch;
  policies: PolicyService;
  /** Of all processes that answer. */
  counters: () => Promise<Counters>;
  /** Since when this process runs, and where it is in its life. */
  life: { readonly since: Date; readonly draining: boolean; readonly prepared: boolean };
  /** Which servers are the service's own. */
  embedded: { database: boolean; pdp: boolean };
}

/** The version of this service, as package.json has it. */
export const VERSION = z
  .object({ version: z.string() })
  .parse(createRequire(import.meta.url)('../../package.json')).version;

/** Whether this process may be sent calls: its parts answer, no later version has migrated the database, the first data are in, and it is not about to end. */
export async function isReady({ query, schema, policies, life }: StatusParts): Promise<boolean> {
  const [database, known, serving] = await Promise.all([
    soon(askDatabase(query), null),
    soon(schema.isKnown(), false),
    soon(policies.generations.current.pdp.serving(), false),
  ]);
  return database?.writable === true && known && serving && life.prepared && !life.draining;
}

/** The whole state, for those who may know it. */
export async function serviceStatus(parts: StatusParts): Promise<ServiceStatus> {
  const { policies, life, embedded } = parts;
  const { pdp } = policies.generations.current;
  const [ready, database, known, pdpVersion, counters] = await Promise.all([
    isReady(parts),
    soon(askDatabase(parts.query), null),
    soon(parts.schema.isKnown(), null),
    soon(pdp.version(), null),
    parts.counters(),
  ]);
  return {
    ready,
    version: VERSION,
    since: life.since.toISOString(),
    prepared: life.prepared,
    draining: life.draining,
    database: {
      answers: database !== null,
      writable: database?.writable ?? false,
      version: database?.version ?? null,
      schema_known: known,
      embedded: embedded.database,
      revision: database?.revision ?? null,
    },
    pdp: { answers: pdpVersion !== null, version: pdpVersion, embedded: embedded.pdp },
    policy: policies.status,
    counters: countersOf(counters),
  };
}

function countersOf(counters: Counters): ServiceStatus['counters'] {
  return {
    facts_statements: counters.statements,
    pdp_calls: counters.pdpCalls,
    pdp_questions: counters.pdpQuestions,
    memo_hits: counters.hits,
    memo_entries: counters.distinct,
    replica_reads: counters.replicaReads,
    replica_behind: counters.replicaBehind,
    replica_failed: counters.replicaFailed,
  };
}

interface Database {
  version: string;
  writable: boolean;
  revision: string;
}

const LOOK = `select current_setting('server_version') as version,
    not (pg_is_in_recovery() or current_setting('transaction_read_only')::boolean) as writable,
    ${REVISION_NOW} as revision, (select max(seq) from sealed_write) as last`;

async function askDatabase(query: Query): Promise<Database | null> {
  const [database] = await query<Database>(LOOK, []);
  return database ?? null;
}

/** What does not answer by now, or fails, does not answer. */
async function soon<Answer, Silence>(answer: Promise<Answer>, silence: Silence): Promise<Answer | Silence> {
  return Promise.race([answer.catch(() => silence), delay(WITHIN_MS, silence, { ref: false })]);
}
