import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** How a command ended, and what it printed. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** An administrator's key that every service of the net knows. */
export const ADMIN_KEY = 'administrator-key-of-the-net-0123456789abcdef';

/** Nothing that the net asks meets a bound. */
const SETTINGS = {
  LOG_LEVEL: 'fatal',
  BOOTSTRAP_API_KEY: ADMIN_KEY,
  SECRET_KEY: 'secret-key-of-the-net-0123456789abcdef0123456789',
  PENDING_REQUESTS_PER_BUSINESS_CENTER: '100000',
  CONSENT_RATE_PER_ADDRESS: '1000000',
  CONSENT_RATE_PER_API_KEY: '1000000',
  CONSENT_RATE_PER_ACCOUNT: '1000000',
  CONSENT_RATE_PER_BUSINESS_CENTER: '1000000',
};

/** A checkout, of which only commands and HTTP are known. */
export class Tree {
  readonly root: string;
  readonly #bin: string;

  private constructor(root: string, bin: string) {
    this.root = root;
    this.#bin = bin;
  }

  static async at(root: string): Promise<Tree> {
    const { bin } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { bin: { sparkgate: string } };
    return new Tree(root, join(root, bin.sparkgate));
  }

  /** Runs `sparkgate …`. Nothing of our own environment reaches it but the path. */
  async run(args: readonly string[], environment: Record<string, string> = {}, cwd = this.root): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const options = { cwd, env: this.#environment(environment), maxBuffer: 1 << 28 };
      execFile(process.execPath, [this.#bin, ...args], options, (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === 'number') resolve({ code, stdout, stderr });
        else reject(new Error(`sparkgate ${args.join(' ')} could not be run, or was ended.`, { cause: error }));
      });
    });
  }

  /** Starts the service on an empty data directory, and waits until it is ready. */
  async serve(settings: Record<string, string>): Promise<Service> {
    const dataDir = await mkdtemp(join(tmpdir(), 'sparkgate-net-'));
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const env = this.#environment({ ...SETTINGS, DATA_DIR: dataDir, PORT: String(port), ...settings });
    const child = spawn(process.execPath, [this.#bin, 'serve'], {
      cwd: this.root,
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const gone = once(child, 'exit');
    process.once('exit', () => child.kill());
    for (;;) {
      if (child.exitCode !== null) throw new Error(`The service of ${this.root} did not start.`);
      const ready = await fetch(`${url}/readyz`).catch(() => null);
      if (ready?.status === 200) break;
      await delay(100);
    }
    const stop = async (): Promise<void> => {
      child.kill('SIGTERM');
      await gone;
      await rm(dataDir, { recursive: true, force: true });
    };
    return { url, dataDir, stop };
  }

  #environment(settings: Record<string, string>): Record<string, string> {
    return { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), NO_COLOR: '1', ...settings };
  }
}

/** A service that runs. */
export interface Service {
  url: string;
  dataDir: string;
  stop: () => Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
