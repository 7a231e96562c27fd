import type { Precondition, Query, Since } from './context.ts';
import { SparkgateError } from './errors.ts';

/** Where the writes of a fact stand: in rows of its own, one for each that it was; or, overwritten in place, in the trail. */
export type FactHistory =
  | { rows: 'member' | 'ad_account_member' | 'account_link' | 'account_grant' | 'assignment'; key: object }
  | { trail: { type: string; id: string }; events: readonly string[] };

/**
 * Lets a write go on only if the fact that it changes is as its caller knows it. Asked in the write's own transaction,
 * behind its gates, so that it holds until the write commits.
 * @param tag that of {@link Tagged}; undefined where there is no such fact
 * @throws SparkgateError `precondition_failed`
 */
export async function requireMatch(
  { ifMatch }: { ifMatch?: Precondition },
  query: Query,
  tag: string | undefined,
  history: FactHistory,
): Promise<void> {
  if (ifMatch === undefined) return;
  if (ifMatch === '*' ? tag !== undefined : tag !== undefined && ifMatch.tags.includes(tag)) return;
  if (ifMatch !== '*' && ifMatch.since.length > 0) {
    const last = await lastWrite(query, history);
    // What is there without a history came from nobody knows when.
    const isKnown = last !== null || tag === undefined;
    if (isKnown && (await isSeen(query, last, ifMatch.since))) return;
  }
  throw new SparkgateError('precondition_failed', (say) => say.details.changedSince);
}

/** The write that changed a fact last, be it that it ended it; null where none is known. */
async function lastWrite(query: Query, history: FactHistory): Promise<string | null> {
  const [row] = await query<{ id: string }>(...statementOf(history));
  return row?.id ?? null;
}

function statementOf(history: FactHistory): [text: string, values: unknown[]] {
  if ('trail' in history) {
    const { type, id } = history.trail;
    const where = 'subject_type = $1 and subject_id = $2 and event = any ($3)';
    return [
      `select write_id as id from audit_entry where ${where} order by id desc limit 1`,
      [type, id, history.events],
    ];
  }
  const columns = Object.keys(history.key).map((column, index) => `${column} = $${index + 1}`);
  return [
    `select coalesce(ended_write, begun_write) as id from ${history.rows} where ${columns.join(' and ')}
      order by valid_to desc nulls first, id desc limit 1`,
    Object.values(history.key),
  ];
}

/**
 * Whether a write is one of these, or one of them saw it: exactly, since each kept the snapshot of its last statement.
 * Those of another cluster say nothing here, nor does a revision without a write. @param write null = none, which all saw
 */
async function isSeen(query: Query, write: string | null, since: readonly Since[]): Promise<boolean> {
  const rows = await query(
    `select from unnest($2::text[], $3::text[]) as asked (id, cluster)
       join relationship_write s on s.id = asked.id::uuid
       left join relationship_write w on w.id = $1
      where asked.cluster = split_part(current_setting('sparkgate.cluster'), '.', 1)
        and ($1::uuid is null or w.id = s.id
             or w.id is not null and (w.xid is null or pg_visible_in_snapshot(w.xid, s.snapshot)))`,
    [write, since.map((it) => it.write), since.map(({ cluster }) => cluster)],
  );
  return rows.length > 0;
}
