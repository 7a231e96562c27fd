import { createHash } from 'node:crypto';
import { MikroORM, type Options } from '@mikro-orm/postgresql';
import { Migrator } from '@mikro-orm/migrations';
import type { ClientConfig, PoolClient, PoolConfig, QueryResultRow } from 'pg';
import type { Query } from '../domain/context.ts';
import { BindingDriver } from './binding-driver.ts';
import { entities } from './entities.ts';
import { gatheringSocket } from './gathering-socket.ts';
import { MIGRATIONS } from './migrations/list.ts';
import { PATIENCE_MS, untilClosed } from './patience.ts';
import { SERVING, setPurpose, type Purpose } from './timeouts.ts';

/** Where the database is: a `postgresql://` URL, or the parts of a unix-socket connection. */
export type DatabaseAddress = { url: string } | { host: string; port: number; user: string; database: string };

/** As whom a database is used. */
export interface DatabaseAccess {
  /** The role that serves. */
  readonly serving: DatabaseAddress;
  /** The role that owns the schema, where the database is ours; null where it is for others to say. */
  readonly owner: DatabaseAddress | null;
}

export type Orm = MikroORM;

/** A URL goes to the driver whole: only it knows every parameter that one may carry (`sslmode`, `host` of a socket). */
export function clientOptions(address: DatabaseAddress): ClientConfig {
  return 'url' in address ? { connectionString: address.url } : address;
}

/**
 * Opens the store. Nothing is asked of the database yet; the pool connects on first use.
 */
export async function openStore(address: DatabaseAddress, options: StoreOptions = {}): Promise<Orm> {
  return MikroORM.init(ormOptions(address, options));
}

interface StoreOptions {
  /** The most connections. */
  poolSize?: number;
  /** What they are for. */
  purpose?: Purpose;
  /** Whether a standby will do. */
  standby?: boolean;
}

/** Statements outside of a transaction, each prepared once a connection. Their texts must be a closed set. */
export async function poolQuery(orm: Orm): Promise<Query> {
  const pool = await orm.em.getConnection().getNativeClient();
  return async <Row extends object>(text: string, values: unknown[]) => {
    const statement = { name: nameOf(text), text, values, query_timeout: PATIENCE_MS };
    const { rows } = await pool.query<Row & QueryResultRow>(statement);
    return rows;
  };
}

const NAMES = new Map<string, string>();

/** By which a statement is prepared once a connection: the same text has the same name, whoever asks. */
export function nameOf(text: string): string {
  const known = NAMES.get(text);
  if (known !== undefined) return known;
  const name = createHash('sha256').update(text).digest('base64url');
  NAMES.set(text, name);
  return name;
}

/** Closes the pool, though a server may have gone silent. */
export async function closeStore(orm: Orm): Promise<void> {
  await untilClosed(orm.close(true));
}

function ormOptions(
  address: DatabaseAddress,
  { poolSize = 20, purpose = SERVING, standby = false }: StoreOptions,
): Options {
  return {
    entities,
    driver: BindingDriver,
    extensions: [Migrator],
    dbName: 'url' in address ? decodeURIComponent(new URL(address.url).pathname.slice(1)) : address.database,
    pool: { min: 0, max: poolSize },
    driverOptions: {
      ...poolOptions(address),
      application_name: purpose.application_name,
      connectionTimeoutMillis: PATIENCE_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      pipeline: true,
      stream: gatheringSocket,
      // A check's statement is prepared once a connection; planning it again for each set of values would cost more.
      options: '-c plan_cache_mode=force_generic_plan',
      onConnect: async (client: PoolClient) => (standby ? setPurpose(client, purpose) : setUp(client, purpose)),
    },
    forceUtcTimezone: true,
    // A standby may be away when the service starts.
    ensureDatabase: !standby,
    // The service has its own log.
    logger: () => undefined,
    // Triggers and functions are written by hand in the migrations and are no part of the entities.
    schemaGenerator: { ignoreTriggers: true, ignoreRoutines: true, skipTables: STATEMENTS_ONLY },
    migrations: {
      snapshot: false,
      migrationsList: MIGRATIONS,
    },
  };
}

/** The name of the database is told the pool by the ORM. */
function poolOptions(address: DatabaseAddress): PoolConfig {
  if ('url' in address) return clientOptions(address);
  const { host, port, user } = address;
  return { host, port, user };
}

/**
 * After a failover an address may lead to what is now a standby. What that knows may be long out of date, such as a
 * grant that was revoked since: a connection to it is none. A server becomes a standby only by a restart, and its
 * timeline changes only by that, so each connection is looked at once. It gets its time-outs then, too.
 */
async function setUp(client: PoolClient, purpose: Purpose): Promise<void> {
  const { rows } = await client.query<{ standby: boolean }>('select pg_is_in_recovery() as standby');
  if (rows[0]?.standby !== false) throw new StandbyError();
  await client.query(CLUSTER);
  await setPurpose(client, purpose);
}

/** Has a connection know the system identifier of its cluster and the timeline of its log, as revisions name them. */
export const CLUSTER = `select set_config('sparkgate.cluster',
  (select to_hex(system_identifier) from pg_control_system()) || '.'
    || ('x' || lpad(left(pg_walfile_name(pg_current_wal_lsn()), 8), 16, '0'))::bit(64)::bigint, false)`;

class StandbyError extends Error {
  override readonly name = 'StandbyError';
  /** As PostgreSQL says that a transaction is read-only. */
  readonly code = '25006';

  constructor() {
    super('the database is a standby');
  }
}

/** Tables that statements alone read and write: no entity describes them. */
const STATEMENTS_ONLY = [
  'relationship_write',
  'unsealed_write',
  'sealed_write',
  'sealed_trail',
  'commit_check',
  'relationship_change',
  'change_mark',
  'business_center_past',
  'ad_account_past',
  'tiktok_account_past',
  'entity_past',
  'access_request_past',
];
