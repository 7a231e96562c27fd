import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { recorder, type RecordDecision } from '../decision/decision-record.ts';
import { MEMO_BYTES } from '../decision/memo.ts';
import { FACTS_BYTES, FactLoader } from '../facts/loader.ts';
import { LineLog } from '../platform/line-log.ts';
import type { Ground } from '../rollout/generation.ts';
import { poolQuery, type Orm } from '../store/open.ts';
import { watchSchema, type SchemaWatch } from '../store/schema-watch.ts';
import { sessionOpener } from '../store/session.ts';

/** What decisions stand on, and whether the database is still the one that this version knows. */
export interface WatchedGround extends Ground {
  schema: SchemaWatch;
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
  const schema = watchSchema(query, (names) => {
    log.error(`a later version of Sparkgate has migrated the database (${names.join(', ')}): replace this process`);
  });
  stack.defer(() => schema.close());
  const facts = new FactLoader(query, { mostBytes: Math.ceil(FACTS_BYTES / processes) });
  stack.defer(() => facts.close());
  const record = await decisionLog(stack, config, log);
  return { query, session, schema, facts, record, memoBytes: Math.ceil(MEMO_BYTES / processes) };
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
