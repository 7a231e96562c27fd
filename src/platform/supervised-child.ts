import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Backoff } from './backoff.ts';
import { bareEnvironment, type ChildEvent, type ChildSpec } from './child-protocol.ts';

const PATIENCE_MS = 10_000;
const DRAIN_MS = 250;
const TAIL_CHARACTERS = 64 * 1024;

/** One process that is started again whenever it dies, until it is stopped. */
export class SupervisedChild {
  readonly #spec: ChildSpec;
  readonly #report: (event: ChildEvent) => void;
  readonly #backoff = new Backoff();
  readonly #stopping = new AbortController();
  readonly #life: Promise<void>;
  #process: ChildProcess | undefined;

  constructor(spec: ChildSpec, report: (event: ChildEvent) => void) {
    this.#spec = spec;
    this.#report = report;
    this.#life = this.#keepAlive();
  }

  /** Resolves when the process is gone for good. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#process?.kill(this.#spec.stopSignal);
    const impatience = setTimeout(() => this.#process?.kill('SIGKILL'), PATIENCE_MS);
    await this.#life;
    clearTimeout(impatience);
  }

  async #keepAlive(): Promise<void> {
    const { name } = this.#spec;
    while (!this.#isStopping()) {
      const bornAt = performance.now();
      await this.#liveOnce();
      if (this.#isStopping()) return;
      const delayMs = this.#backoff.delayAfter(performance.now() - bornAt);
      this.#report({ type: 'restarting', name, delayMs });
      await delay(delayMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #liveOnce(): Promise<void> {
    const { name } = this.#spec;
    const child = this.#spawn();
    let tail = '';
    const streams = ['stdout', 'stderr'] as const;
    for (const stream of streams) {
      createInterface({ input: child[stream] }).on('line', (line) => {
        if (stream === 'stderr') tail = `${tail}${line}\n`.slice(-TAIL_CHARACTERS);
        this.#report({ type: 'output', name, stream, line });
      });
    }
    const closed = once(child, 'close').catch(() => undefined);
    if (child.pid === undefined) {
      const [error] = (await once(child, 'error')) as [Error];
      this.#report({ type: 'exited', name, code: null, signal: null, stderr: error.message });
      return;
    }
    child.on('error', () => undefined);
    this.#process = child;
    this.#report({ type: 'started', name, pid: child.pid });
    await new Promise((resolve) => child.once('exit', resolve));
    this.#process = undefined;
    // Grandchildren may hold the pipes open, so the last words are waited for only briefly.
    await Promise.race([closed, delay(DRAIN_MS)]);
    this.#report({
      type: 'exited',
      name,
      code: child.exitCode,
      signal: child.signalCode,
      stderr: tail,
    });
  }

  #spawn() {
    const { command, args, env } = this.#spec;
    return spawn(command, [...args], {
      cwd: '/',
      env: { ...bareEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}
