import type { ClientBase } from 'pg';
import { IDLE_MS, LOCK_MS, STATEMENT_MS, TRANSACTION_MS } from './patience.ts';

/** Time-outs of a connection, in milliseconds; 0 = none. */
export interface Timeouts {
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
export const SERVING: Timeouts = {
  statement_timeout: STATEMENT_MS,
  lock_timeout: LOCK_MS,
  idle_in_transaction_session_timeout: IDLE_MS,
  transaction_timeout: TRANSACTION_MS,
  tcp_user_timeout: TRANSACTION_MS,
};

/** An import takes as long as it takes, but no longer stands idle than any other. */
export const IMPORTING: Timeouts = {
  ...SERVING,
  statement_timeout: 0,
  lock_timeout: 0,
  transaction_timeout: 0,
  idle_in_transaction_session_timeout: 30_000,
};

/** A migration waits for nobody's patience. */
export const MIGRATING: Timeouts = { ...IMPORTING, idle_in_transaction_session_timeout: 0 };

/** Sets those that this server has. */
const SET = `
select s.name, set_config(s.name, t.value, false)
  from unnest($1::text[], $2::text[]) as t (name, value) join pg_settings s on s.name = t.name`;

/**
 * Sets the time-outs of a connection, whatever its role or a pooler between had set, as far as this server has them:
 * before version 17 there is no `transaction_timeout`, and on a unix socket `tcp_user_timeout` does nothing.
 */
export async function setTimeouts(client: Pick<ClientBase, 'query'>, timeouts: Timeouts): Promise<void> {
  const values = Object.values(timeouts).map((milliseconds) => `${milliseconds}ms`);
  await client.query(SET, [Object.keys(timeouts), values]);
}
