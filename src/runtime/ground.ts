import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { recorder, type RecordDecision } from '../decision/decision-record.ts';
import { MEMO_BYTES } from '../decision/memo.ts';
import type { OpenSession, Query, Reading } from '../domain/context.ts';
import { FACTS_BYTES, FactLoader } from '../facts/loader.ts';
import { LineLog } from '../platform/line-log.ts';
import type { Ground } from '../rollout/generation.ts';
import { closeStore, openStore, poolQuery, type Orm } from '../store/open.ts';
import { Replica, type ReplicaReads } from '../store/replica.ts';
import { watchSchema, type SchemaWatch } from '../store/schema-watch.ts';
import { sessionOpener } from '../store/session.ts';
import { positionOf } from './position.ts';

/** What decisions and writes stand on, and whether the database is still the one that this version knows. */
export interface WatchedGround extends Ground {
  query: Query;
  session: OpenSession;
  /** Where the log of the database is now, as a revision. */
  position: () => Promise<string>;
  schema: SchemaWatch;
  /** Null where no replica is configured. */
  replica: ReplicaReads | null;
}

/**
 * Lays what decisions stand on; `stack` ends it.
 * @param processes how many answer, and share the memory between them
 * @throws PlatformError when DECISION_LOG cannot be opened
 */
export async function layGround(
  stack: AsyncDisposableStack,
  orm: Orm,
  { config, log, processes }: { config: Config; log: Logger; processes: number },
): Promise<WatchedGround> {
  const query = await poolQuery(orm);
  const session = await sessionOpener(orm);
  const position = positionOf(query);
  const schema = watchSchema(query, (names) => {
    log.error(`a later version of Sparkgate has migrated the database (${names.join(', ')}): replace this process`);
  });
  stack.defer(() => schema.close());
  const facts = new FactLoader(query, {
    mostBytes: Math.ceil(FACTS_BYTES / processes),
    timeZone: config.clockTimeZone,
  });
  stack.defer(() => facts.close());
  const record = await decisionLog(stack, config, log);
  const database = { orm, query, session };
  const replica = await openReplica(stack, { database, position }, { config, log });
  return {
    query,
    session: async (purpose) => (replica !== null && purpose === 'export' ? replica.exporting() : session(purpose)),
    position,
    read: replica?.read ?? (async (read) => read(database)),
    replica: replica?.reads ?? null,
    schema,
    facts,
    record,
    memoBytes: Math.ceil(MEMO_BYTES / processes),
  };
}

/** The replica that reads go to, where one is configured. It may be away: nothing is asked of it yet. */
async function openReplica(
  stack: AsyncDisposableStack,
  reads: { database: Reading; position: () => Promise<string> },
  { config, log }: { config: Config; log: Logger },
): Promise<Replica | null> {
  if (config.databaseReplicaUrl === null) return null;
  const orm = await openStore({ url: config.databaseReplicaUrl }, { standby: true });
  stack.defer(async () => closeStore(orm));
  const onChange = (failure: Error | null): void => {
    if (failure === null) log.info('the replica answers again');
    else log.warn({ err: failure }, 'the replica (DATABASE_REPLICA_URL) cannot be read: the database answers for it');
  };
  const onBrokenOff = (failure: unknown): void => {
    log.debug({ err: failure }, 'the replica broke a read off: the database answers it');
  };
  return new Replica({ ...reads, replica: await sessionOpener(orm), onChange, onBrokenOff });
}

/** Where every decision is written, if anywhere. @throws PlatformError when the file cannot be opened */
async function decisionLog(stack: AsyncDisposableStack, config: Config, log: Logger): Promise<RecordDecision | null> {
  if (config.decisionLog === null) return null;
  const lines = await LineLog.open(config.decisionLog, (lost, error) => {
    log.error({ err: error, lost }, 'decisions could not be written to DECISION_LOG');
  });
  stack.defer(async () => lines.close());
  return recorder((line) => lines.write(line));
}
