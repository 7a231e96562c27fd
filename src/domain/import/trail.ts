import type { Tx } from '../transact.ts';
import { IMPORTED, REOPENED } from './modes.ts';

/** Entries of the audit trail that one statement writes: SQL, in which `$1` is who acts. */
interface Entries {
  event: string;
  /** The type: one, or the column that tells it. */
  subject: {
    type: 'ad_account' | 'business_center' | 'tiktok_account' | 'user' | { column: string };
    id: string;
  };
  bcId: string;
  before: string;
  after: string;
  /** Whether the change opens again what a person had ended. */
  reopened?: string;
  /** Whether an administrator gives something to themself. */
  toOneself?: string;
  from: string;
}

/** Writes the same entries as single writes would, marked as imported: one statement, however many rows changed. */
export async function recordAll(tx: Tx, entries: Entries): Promise<void> {
  const { event, subject, bcId, before, after, reopened = 'false', toOneself = 'false', from } = entries;
  const flags = `array_remove(array['${IMPORTED}', case when ${reopened} then '${REOPENED}' end,
    case when ${toOneself} then 'SELF_ASSIGNED' end], null)`;
  const type = typeof subject.type === 'string' ? `'${subject.type}'` : subject.type.column;
  await tx.query(
    `insert into audit_entry
       (actor, write_id, at, api_key, request_id, event, bc_id, subject_type, subject_id, before, after, flags)
     select $1, $2, $3, $4, $5, '${event}', ${bcId}, ${type}, ${subject.id}, ${before}, ${after}, ${flags}
       from ${from}`,
    [tx.by, tx.id, tx.at, tx.apiKey, tx.requestId],
  );
}
