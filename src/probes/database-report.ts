import pg from 'pg';
import { clientOptions, type DatabaseAddress } from '../store/open.ts';
import { PATIENCE_MS } from '../store/patience.ts';

/** What a database says of itself, before anything is asked of it. */
export interface DatabaseReport {
  /** Such as 150018 for 15.18, and as people write it. */
  versionNumber: number;
  version: string;
  /** Such as `UTF8`. */
  encoding: string;
  /** Their names as SQL takes them. */
  database: string;
  role: string;
  /** It follows another server. */
  standby: boolean;
  /** Transactions are read-only unless they say otherwise. */
  readOnly: boolean;
  /** Whether the role may make temporary tables. */
  temporary: boolean;
  /** Its clock less that of this machine, in milliseconds. */
  clockAheadMs: number;
  /** A pooler gives one session of the database to several clients by turns. */
  shared: boolean;
}

const REPORT = `select current_setting('server_version_num')::int as "versionNumber",
    current_setting('server_version') as version,
    (select pg_encoding_to_char(encoding) from pg_database where datname = current_database()) as encoding,
    quote_ident(current_database()) as database, quote_ident(current_user) as role, pg_is_in_recovery() as standby,
    current_setting('default_transaction_read_only')::boolean as "readOnly",
    has_database_privilege(current_database(), 'TEMPORARY') as temporary`;

/** Asks a database about itself, by nothing that a version, an encoding or a standby could refuse. @throws the driver's error */
export async function askDatabase(address: DatabaseAddress): Promise<DatabaseReport> {
  const client = await connected(address);
  try {
    const { rows } = await client.query<Omit<DatabaseReport, 'clockAheadMs' | 'shared'>>(REPORT);
    const [report] = rows;
    if (!report) throw new Error('the database did not say what it is');
    return { ...report, clockAheadMs: await clockAhead(client), shared: await isShared(client, address) };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A connection to probe by. @throws the driver's error */
export async function connected(address: DatabaseAddress): Promise<pg.Client> {
  const client = new pg.Client({
    ...clientOptions(address),
    application_name: 'sparkgate-probe',
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function clockAhead(client: pg.Client): Promise<number> {
  const before = Date.now();
  const { rows } = await client.query<{ ms: string }>(
    'select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms',
  );
  return Math.round(Number(rows[0]?.ms ?? before) - (before + Date.now()) / 2);
}

/** How often two clients ask in turn which sessions they have. */
const TURNS = 3;

/**
 * Whether a pooler shares sessions by transaction or by statement: then another client gets the session that we had, or
 * we get another one, while neither has gone. Where no second client is let in, nothing is shared with it.
 */
async function isShared(client: pg.Client, address: DatabaseAddress): Promise<boolean> {
  const other = await connected(address).catch(() => null);
  if (other === null) return false;
  try {
    const own = new Set<number | undefined>();
    const others = new Set<number | undefined>();
    for (let turn = 0; turn < TURNS; turn += 1) {
      own.add(await sessionOf(client));
      others.add(await sessionOf(other));
    }
    return own.size > 1 || !own.isDisjointFrom(others);
  } catch {
    // A pooler with one session to give keeps the second client waiting.
    return false;
  } finally {
    await other.end().catch(() => undefined);
  }
}

async function sessionOf(client: pg.Client): Promise<number | undefined> {
  return (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;
}
