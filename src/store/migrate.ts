import { isRace } from '../domain/database-errors.ts';
import { openStore, type DatabaseAddress, type Orm } from './open.ts';
import { grantServing, type Statements } from './privileges.ts';
import { MIGRATING } from './timeouts.ts';
import { laterVersion, schemaState, withConnection } from './schema-state.ts';

/** Any number that only migrations lock. */
const MIGRATION_LOCK = 5_711_023;

/**
 * Brings the schema to what this version needs; already applied migrations are left alone. Where several processes
 * start at once, one migrates and the others wait.
 * @param serveAs a role that is given what serving takes, at the same time
 * @throws when the database does not answer, or a later version has migrated it
 */
export async function migrate(orm: Orm, serveAs: string | null = null): Promise<string[]> {
  const pool = await orm.em.getConnection().getNativeClient();
  const client = await pool.connect();
  try {
    // Another process may take long with a large database.
    await client.query('set statement_timeout = 0');
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    refuseLater(await schemaState(client));
    const applied = await untilUndisturbed(async () => orm.migrator.up());
    if (serveAs !== null) await grantServing(client, serveAs);
    return applied.map((migration) => migration.name);
  } finally {
    client.release(true);
  }
}

/** Nodes of an earlier version that still serve may lock tables in another order, until the schema refuses them. */
async function untilUndisturbed<T>(apply: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await apply();
    } catch (error) {
      if (attempt === 5 || !isRace(error)) throw error;
    }
  }
}

/**
 * Gets a database ready as far as the role at this address may: its schema, and for whom it is to serve.
 * @throws when the database does not answer, or a later version has migrated it
 */
export async function prepare(address: DatabaseAddress, serveAs: string | null): Promise<void> {
  const state = await withConnection(address, async (client) => schemaState(client, serveAs ?? undefined));
  refuseLater(state);
  const { missing = [], excess = [] } = state.difference ?? {};
  const isReady = state.pending?.length === 0 && missing.length === 0 && (serveAs === null || excess.length === 0);
  if (!isReady) await migrateAt(address, serveAs);
}

/** Migrates as the owner of the schema, with all the time that this takes. */
async function migrateAt(address: DatabaseAddress, serveAs: string | null): Promise<void> {
  const orm = await openStore(address, { poolSize: 2, purpose: MIGRATING });
  try {
    await migrate(orm, serveAs);
  } finally {
    await orm.close(true);
  }
}

/**
 * Migrates a database of somebody else's, as the owner of its schema, and lets a role serve on it, if one is named.
 * @throws Error in one sentence
 */
export async function migrateGiven(address: DatabaseAddress, serveAs: string | null): Promise<void> {
  await withConnection(address, async (client) => {
    const state = await schemaState(client);
    refuseLater(state);
    if (serveAs !== null) await requireBound(client, serveAs);
    if (!state.owns) {
      if (serveAs === null && state.pending?.length === 0) return;
      throw new Error(`the role ${state.role} does not own the schema; migrate as the role that does`);
    }
    await migrateAt(address, serveAs);
    if (serveAs === null) return;
    const { missing = [], excess = [] } = (await schemaState(client, serveAs)).difference ?? {};
    const wrong = [...missing.map((it) => `not ${it}`), ...excess];
    if (wrong.length > 0) {
      const says = `the role ${serveAs} may ${wrong.join(', ')}, which this role cannot change`;
      throw new Error(`${says}; let whoever did so undo it, or serve as another role`);
    }
  });
}

function refuseLater({ unknown }: { unknown: readonly string[] }): void {
  if (unknown.length > 0) throw new Error(laterVersion(unknown));
}

/** Refuses roles that no privilege binds. */
async function requireBound(client: Statements, role: string): Promise<void> {
  const { rows } = await client.query<{ superuser: boolean; owner: boolean; maker: boolean }>(
    `select r.rolsuper as superuser, pg_has_role(r.oid, coalesce(c.relowner, u.oid), 'MEMBER') as owner,
            r.rolcreaterole and current_setting('server_version_num')::int < 160000 as maker
       from pg_roles r join pg_roles u on u.rolname = current_user
       left join pg_class c on c.oid = to_regclass('mikro_orm_migrations')::oid
      where r.rolname = $1`,
    [role],
  );
  const [found] = rows;
  const name = client.escapeIdentifier(role);
  if (!found) throw new Error(`there is no role ${name}; make it first (create role ${name} login password '…')`);
  const why = [
    ...(found.superuser ? ['is a superuser'] : []),
    ...(found.owner ? ['owns the schema, or is a member of the role that does'] : []),
    ...(found.maker ? ['may make itself a member of the owner (createrole)'] : []),
  ];
  if (why.length > 0) throw new Error(`the role ${name} ${why[0]}, so no privilege would bind it; serve as another`);
}
