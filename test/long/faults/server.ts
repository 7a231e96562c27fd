import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { chooseIdentity, commandAs, ownerOf, type Identity } from '../../../src/platform/identity.ts';
import { ensureCluster } from '../../../src/platform/postgres-cluster.ts';
import { until } from '../../support/service.ts';

const run = promisify(execFile);
const DATABASE = 'sparkgate';

/** Which PostgreSQL, and how it is reached: on a unix socket, or on a port of loopback. */
export interface Kind {
  name: string;
  binaries: string;
  port: number | null;
}

/** How large the disk is that the database has for itself, where root may mount one, in mebibytes. */
const DISK_MB = 512;

/** A durable PostgreSQL of our own, which accidents may happen to. */
export class Server {
  readonly kind: Kind;
  readonly #folder: string;
  readonly #identity: Identity;
  #process: ChildProcess | null = null;
  /** Whether the database has a small disk of its own. */
  hasDisk = false;

  private constructor(kind: Kind, folder: string, identity: Identity) {
    this.kind = kind;
    this.#folder = folder;
    this.#identity = identity;
  }

  static async start(kind: Kind): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), 'sparkgate-server-'));
    await chmod(folder, 0o755);
    const needs = { binary: join(kind.binaries, 'postgres'), installation: dirname(kind.binaries), passes: [folder] };
    const identity = await chooseIdentity('postgres', needs);
    if (!identity) throw new Error(`PostgreSQL will not run as this user in ${folder}.`);
    const server = new Server(kind, folder, identity);
    const { uid, gid } = ownerOf(identity);
    for (const part of ['run', 'disk']) await mkdir(join(folder, part));
    if (process.getuid?.() === 0) await run('chown', [`${uid}:${gid}`, join(folder, 'run'), join(folder, 'disk')]);
    await ensureCluster({ binaries: kind.binaries, cluster: server.#cluster, identity, durable: true });
    await server.up();
    await server.#makeDatabase(`uid=${uid},gid=${gid}`);
    return server;
  }

  get #cluster(): string {
    return join(this.#folder, 'pg');
  }

  /** Where it listens: a port, or the path of its socket. */
  get listensAt(): number | string {
    return this.kind.port ?? join(this.#folder, 'run/.s.PGSQL.5432');
  }

  /** The database's address, through whatever listens there instead of the server itself. */
  url(at = this.listensAt, database = DATABASE): string {
    if (typeof at === 'number') return `postgresql://postgres@127.0.0.1:${at}/${database}`;
    return `postgresql://postgres@localhost/${database}?host=${encodeURIComponent(dirname(at))}`;
  }

  async query<Row>(text: string, database = DATABASE): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.url(this.listensAt, database) });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(text)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  /** Starts it, again if it has to be, until it answers. */
  async up(): Promise<void> {
    await until(async () => {
      if (this.#process === null || this.#process.exitCode !== null || this.#process.signalCode !== null) this.#spawn();
      return this.query('select', 'postgres').catch(() => null);
    });
  }

  /** `SIGKILL`: as a crash; `SIGINT`: as an operator stops it, fast. */
  async down(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    if (this.#process?.exitCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill(signal);
    await exit;
  }

  /** Leaves nothing of the database's disk. */
  async fillDisk(): Promise<void> {
    const filler = join(this.#folder, 'disk/filler');
    await run('sh', ['-c', 'cat /dev/zero > "$0" || true', filler]);
  }

  async freeDisk(): Promise<void> {
    await rm(join(this.#folder, 'disk/filler'));
  }

  async remove(): Promise<void> {
    await this.down('SIGINT');
    if (this.hasDisk) await run('umount', [join(this.#folder, 'disk')]);
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 20 });
  }

  #spawn(): void {
    const { port, binaries } = this.kind;
    const settings = {
      listen_addresses: port === null ? '' : '127.0.0.1',
      port: String(port ?? 5432),
      unix_socket_directories: join(this.#folder, 'run'),
      max_connections: '200',
      shared_buffers: '256MB',
      log_min_messages: 'fatal',
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const program = [join(binaries, 'postgres'), '-D', this.#cluster, ...options];
    const carries = [dirname(binaries), this.#folder];
    const { command, args } = commandAs(this.#identity, program, { carries, stopSignal: 'SIGINT' });
    this.#process = spawn(command, args, { cwd: '/', stdio: 'ignore' });
  }

  async #makeDatabase(owner: string): Promise<void> {
    const disk = join(this.#folder, 'disk');
    this.hasDisk = await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m,mode=700,${owner}`, 'tmpfs', disk]).then(
      () => true,
      () => false,
    );
    if (this.hasDisk) await this.query(`create tablespace small location '${disk}'`, 'postgres');
    await this.query(`create database ${DATABASE}${this.hasDisk ? ' tablespace small' : ''}`, 'postgres');
  }
}
