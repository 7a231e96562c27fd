import { MikroORM, type Options } from '@mikro-orm/postgresql';
import { Migrator } from '@mikro-orm/migrations';
import { entities } from './entities.ts';
import { Migration20261122000000_initial } from './migrations/Migration20261122000000_initial.ts';

/** Where the database is: a `postgresql://` URL, or the parts of a unix-socket connection. */
export type DatabaseAddress = { url: string } | { host: string; port: number; user: string; database: string };

export type Orm = MikroORM;

/** Opens the store. Nothing is asked of the database yet; the pool connects on first use. */
export async function openStore(address: DatabaseAddress, options: { poolSize?: number } = {}): Promise<Orm> {
  return MikroORM.init(ormOptions(address, options.poolSize ?? 20));
}

/** Brings the schema to what this version needs. Already applied migrations are left alone. */
export async function migrate(orm: Orm): Promise<string[]> {
  const applied = await orm.migrator.up();
  return applied.map((migration) => migration.name);
}

function ormOptions(address: DatabaseAddress, poolSize: number): Options {
  return {
    entities,
    extensions: [Migrator],
    ...connection(address),
    pool: { min: 0, max: poolSize },
    driverOptions: {
      application_name: 'sparkgate',
      connectionTimeoutMillis: 5000,
      statement_timeout: 60_000,
      // A check's statement is prepared once a connection; planning it again for each set of values would cost more.
      options: '-c plan_cache_mode=force_generic_plan',
    },
    forceUtcTimezone: true,
    debug: false,
    // The triggers are written by hand in the migrations and are no part of the entities.
    schemaGenerator: { ignoreTriggers: true },
    migrations: {
      snapshot: false,
      migrationsList: [{ name: 'Migration20261122000000_initial', class: Migration20261122000000_initial }],
    },
  };
}

function connection(address: DatabaseAddress): Options {
  if ('url' in address) return { clientUrl: address.url };
  return { host: address.host, port: address.port, user: address.user, dbName: address.database };
}
