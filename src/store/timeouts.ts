import type { ClientBase } from 'pg';
import { IDLE_MS, LOCK_MS, STATEMENT_MS, TRANSACTION_MS } from './patience.ts';

/** What a connection is used for, as its name in `pg_stat_activity` says, and its time-outs in milliseconds; 0 = none. */
export interface Purpose {
  application_name: string;
  statement_timeout: number;
  /** How long a statement waits for what another transaction holds. */
  lock_timeout: number;
  /** How long a transaction may stand idle: others wait for what it holds. */
  idle_in_transaction_session_timeout: number;
  /** How long a transaction may last. */
  transaction_timeout: number;
  /** How long what was sent may go unacknowledged: a client that stops reading ends by no other. */
  tcp_user_timeout: number;
}

/** A node that freezes holds nobody up for longer than this. */
export const SERVING: Purpose = {
  application_name: 'sparkgate',
  statement_timeout: STATEMENT_MS,
  lock_timeout: LOCK_MS,
  idle_in_transaction_session_timeout: IDLE_MS,
  transaction_timeout: TRANSACTION_MS,
  tcp_user_timeout: TRANSACTION_MS,
};

/** An import takes as long as it takes, but stands idle no longer than any other write. */
export const IMPORTING: Purpose = {
  ...SERVING,
  application_name: 'sparkgate-import',
  statement_timeout: 0,
  lock_timeout: 0,
  transaction_timeout: 0,
};

/** An export locks nothing, and goes by the pace of its reader. */
export const EXPORTING: Purpose = {
  ...IMPORTING,
  application_name: 'sparkgate-export',
  idle_in_transaction_session_timeout: 30_000,
};

/** Numbering what a large import wrote takes its time. */
export const SEALING: Purpose = { ...IMPORTING, application_name: 'sparkgate-seal' };

/** A migration takes as long as it takes, too. */
export const MIGRATING: Purpose = {
  ...IMPORTING,
  application_name: 'sparkgate-migrate',
  idle_in_transaction_session_timeout: 0,
};

/**
 * What a role or a database may have set otherwise: times are read as ISO 8601, and what is decided behind a gate has to
 * see what was committed before the gate opened.
 */
const MEANING = { DateStyle: 'ISO', default_transaction_isolation: 'read committed' } as const;

const TIMEOUTS = [
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'transaction_timeout',
  'tcp_user_timeout',
] as const;

/** Sets those that this server has, and tells what they are then. */
const SET = `
select s.name, set_config(s.name, t.value, false) as is
  from unnest($1::text[], $2::text[]) as t (name, value) join pg_settings s on s.name = t.name`;

/**
 * Sets up a connection, whatever its role, or a pooler between, had set, as far as this server knows how: before version
 * 17 there is no `transaction_timeout`, and on a unix socket `tcp_user_timeout` does nothing. What is missing there the
 * watchdog does.
 * @throws Error where a time-out is not what it was set to
 */
export async function setPurpose(client: Pick<ClientBase, 'query'>, purpose: Purpose): Promise<void> {
  const wanted = Object.entries<string | number>({ ...MEANING, ...purpose }).map(([name, value]) => ({
    name,
    value: typeof value === 'number' ? `${value}ms` : value,
  }));
  const { rows } = await client.query<{ name: string; is: string }>(SET, [
    wanted.map(({ name }) => name),
    wanted.map(({ value }) => value),
  ]);
  const set = new Map(rows.map((row) => [row.name, row.is]));
  for (const name of TIMEOUTS) {
    const is = set.get(name);
    // On a unix socket `tcp_user_timeout` stays 0, whatever it is set to.
    const isMissing = name === 'transaction_timeout' ? is === undefined : name === 'tcp_user_timeout' && is === '0';
    if (isMissing || millisecondsOf(is ?? '') === purpose[name]) continue;
    throw new Error(`${name} is ${is}, though it was set to ${purpose[name]} ms`);
  }
}

/** Milliseconds of a duration as PostgreSQL tells it, such as `900ms`, `10s` or `0`. */
function millisecondsOf(text: string): number {
  const [, amount = 'NaN', unit = ''] = /^(\d+)(ms|s|min|)$/.exec(text) ?? [];
  return Number(amount) * ({ ms: 1, s: 1000, min: 60_000 }[unit] ?? 1);
}
