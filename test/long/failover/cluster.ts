import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { chooseIdentity, commandAs, ownerOf, type Identity } from '../../../src/platform/identity.ts';
import { until } from '../../support/service.ts';

/** The programs that a cluster takes, as Debian has them (apt-get install postgresql-15 patroni etcd-server). */
export const PROGRAMS = { etcd: '/usr/bin/etcd', patroni: '/usr/bin/patroni', postgres: '/usr/lib/postgresql/15/bin' };

const ETCD = { client: 54_379, peer: 54_380 };

/** A member as Patroni tells of it. */
interface Told {
  name: string;
  role: string;
  state: string;
  port: number;
}

/** One PostgreSQL and the Patroni that keeps it. */
interface Machine {
  name: string;
  postgres: number;
  rest: number;
  patroni: ChildProcess | null;
}

/** Two machines' worth of PostgreSQL, one replicating to the other synchronously, under Patroni with etcd. */
export class Cluster {
  readonly machines: readonly Machine[] = [1, 2].map((n) => ({
    name: `pg${n}`,
    postgres: 54_320 + n,
    rest: 54_330 + n,
    patroni: null,
  }));
  readonly #folder: string;
  readonly #identity: Identity;
  #etcd: ChildProcess | null = null;

  private constructor(folder: string, identity: Identity) {
    this.#folder = folder;
    this.#identity = identity;
  }

  static async start(): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'sparkgate-cluster-'));
    await chmod(folder, 0o755);
    const binary = join(PROGRAMS.postgres, 'postgres');
    const needs = { binary, installation: dirname(PROGRAMS.postgres), passes: [folder] };
    const identity = await chooseIdentity('postgres', needs);
    if (!identity) throw new Error(`PostgreSQL will not run as this user in ${folder}.`);
    const cluster = new Cluster(folder, identity);
    await cluster.#startEtcd();
    for (const machine of cluster.machines) await cluster.startMachine(machine);
    await cluster.untilSafe();
    return cluster;
  }

  async startMachine(machine: Machine): Promise<void> {
    const folder = await this.#folderOf(machine.name);
    const file = join(folder, 'patroni.yml');
    await writeFile(file, stringify(this.#settings(machine, folder)));
    machine.patroni = this.#run([PROGRAMS.patroni, file]);
    await until(async () => (await this.#told(machine)) !== null);
  }

  /** As when the power fails: Patroni and its PostgreSQL are gone at once. */
  async kill(machine: Machine): Promise<void> {
    const exit = once(machine.patroni!, 'exit');
    machine.patroni?.kill('SIGKILL');
    await exit;
    // In a session of its own, so that Patroni's end does not end it.
    await promisify(execFile)('pkill', ['-KILL', '-f', `^${PROGRAMS.postgres}/postgres -D ${this.#dataOf(machine)}`]);
  }

  /** The machine that takes writes; null while there is none. */
  async primary(): Promise<Machine | null> {
    const asked = await Promise.all(
      this.machines.map(async ({ rest }) => (await get(`http://127.0.0.1:${rest}/primary`))?.status === 200),
    );
    return this.machines.find((_, n) => asked[n]) ?? null;
  }

  /** Resolves when there is a primary with a synchronous standby. */
  async untilSafe(): Promise<void> {
    await until(async () => {
      const members =
        (await Promise.all(this.machines.map(async (machine) => this.#told(machine)))).find((it) => it) ?? [];
      return members.some(({ role }) => role === 'leader') && members.some(({ role }) => role === 'sync_standby');
    });
  }

  async remove(): Promise<void> {
    for (const child of [...this.machines.map(({ patroni }) => patroni), this.#etcd]) {
      if (child === null || child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 20 });
  }

  async #told({ rest }: Machine): Promise<Told[] | null> {
    const answer = await get(`http://127.0.0.1:${rest}/cluster`);
    return answer?.ok === true ? ((await answer.json()) as { members: Told[] }).members : null;
  }

  async #startEtcd(): Promise<void> {
    const client = `http://127.0.0.1:${ETCD.client}`;
    const peer = `http://127.0.0.1:${ETCD.peer}`;
    const options = {
      name: 'one',
      'data-dir': join(await this.#folderOf('etcd'), 'data'),
      'listen-client-urls': client,
      'advertise-client-urls': client,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': `one=${peer}`,
    };
    this.#etcd = this.#run([PROGRAMS.etcd, ...Object.entries(options).map(([name, value]) => `--${name}=${value}`)]);
    await until(async () => (await get(`${client}/health`))?.ok);
  }

  #run(program: readonly string[]): ChildProcess {
    const { command, args } = commandAs(this.#identity, program, { carries: [], stopSignal: 'SIGTERM' });
    const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' };
    const output = process.env['CLUSTER_LOG'] === undefined ? 'ignore' : 'inherit';
    return spawn(command, args, { cwd: '/', env: environment, stdio: ['ignore', output, output] });
  }

  async #folderOf(name: string): Promise<string> {
    const folder = join(this.#folder, name);
    await mkdir(folder, { recursive: true });
    const { uid, gid } = ownerOf(this.#identity);
    if (process.getuid?.() === 0) await promisify(execFile)('chown', [`${uid}:${gid}`, folder]);
    return folder;
  }

  #dataOf({ name }: Machine): string {
    return join(this.#folder, name, 'data');
  }

  #settings(machine: Machine, folder: string): object {
    const { name, postgres, rest } = machine;
    const user = (username: string) => ({ username, password: 'of-the-cluster' });
    return {
      scope: 'sparkgate',
      name,
      restapi: { listen: `127.0.0.1:${rest}`, connect_address: `127.0.0.1:${rest}` },
      etcd3: { hosts: `127.0.0.1:${ETCD.client}` },
      bootstrap: {
        dcs: {
          // The least that Patroni takes.
          ttl: 20,
          loop_wait: 1,
          retry_timeout: 3,
          synchronous_mode: true,
          postgresql: { use_pg_rewind: true, parameters: { max_connections: 200, wal_log_hints: 'on' } },
        },
        initdb: [{ encoding: 'UTF8' }, { locale: 'C.UTF-8' }],
      },
      postgresql: {
        listen: `127.0.0.1:${postgres}`,
        connect_address: `127.0.0.1:${postgres}`,
        data_dir: join(folder, 'data'),
        bin_dir: PROGRAMS.postgres,
        pgpass: join(folder, 'pgpass'),
        pg_hba: ['local all all trust', 'host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust'],
        parameters: { unix_socket_directories: folder },
        authentication: { superuser: user('postgres'), replication: user('replicator') },
      },
    };
  }
}

async function get(url: string): Promise<Response | null> {
  return fetch(url, { signal: AbortSignal.timeout(1000) }).catch(() => null);
}
