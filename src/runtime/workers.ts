import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { AggregatorRegistry, type Registry } from 'prom-client';
import type { Config } from '../config.ts';
import type { Context, RateRule } from '../domain/context.ts';
import type { Counters } from '../http/env.ts';
import { Backoff } from '../platform/backoff.ts';
import { Calls, type Handlers } from '../platform/calls.ts';
import { freePort } from '../platform/listening.ts';
import { PlatformError } from '../platform/platform-error.ts';
import type { FollowedBundle, Followers } from '../rollout/followers.ts';
import type { PolicyStatus } from '../rollout/journal.ts';
import type { Front } from './front.ts';
import type { Handover, Runtime } from './runtime.ts';
import { sumOf } from './together.ts';

/** How long a worker may take to get ready for a bundle, to decide by it, and to tell of itself; in milliseconds. */
const PREPARED_MS = 60_000;
const DECIDED_MS = 10_000;
const TOLD_MS = 2000;
/** A worker that has cut off what took too long has gone so soon, in milliseconds. */
const GONE_MS = 5000;

/** A process that answers. */
interface Member {
  worker: ChildProcess;
  calls: Calls;
  /** It was handed what it needs, so it has to hear of every change. */
  handed: boolean;
  gone: boolean;
  bornAt: number;
  /** Ends the imports that it has begun. */
  imports: (() => void)[];
}

/** What a worker is handed, besides the settings. */
export interface WorkerHandover extends Handover {
  port: number;
}

/** What the worker may call that this tells. */
type HandlersOf = (self: () => Member) => Handlers;

const WORKER = join(import.meta.dirname, '../worker.ts');

/** Metrics as one process sends them to another. */
type Measured = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/**
 * Processes that answer on one port (WORKERS), started by one that answers nothing itself: it has the embedded servers,
 * admits policies, and counts what rates and bounds allow. One that dies is replaced.
 */
export class Workers implements Followers {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #backoff = new Backoff();
  readonly #members = new Set<Member>();
  #stopping = false;

  constructor(config: Config, log: Logger) {
    this.#config = config;
    this.#log = log;
  }

  /** Starts them. @throws PlatformError when one cannot start */
  async open(runtime: Runtime): Promise<Front> {
    const port = await freePort(this.#config);
    const handover = (): WorkerHandover => ({ ...runtime.handover, port });
    const handlers = this.#handlers(runtime.bounds, handover);
    try {
      await Promise.all(Array.from({ length: this.#config.workers }, async () => this.#begin(handlers)));
      return { port, tell: async (life) => this.#toAll('life', life), drain: async () => this.#drain() };
    } catch (error) {
      await this.#drain();
      throw error;
    }
  }

  tell(status: PolicyStatus): void {
    void this.#toAll('tell', status);
  }

  async prepare(bundle: FollowedBundle): Promise<void> {
    const one = async (member: Member): Promise<void> => {
      const prepared = inTime(member.calls.call('prepare', bundle), PREPARED_MS);
      await prepared.catch((error: unknown) => {
        if (!member.gone) throw error;
      });
    };
    await Promise.all(this.#handed.map(one));
  }

  async decide(bundle: FollowedBundle, status: PolicyStatus): Promise<void> {
    const one = async (member: Member): Promise<void> => {
      const decided = inTime(member.calls.call('decide', { bundle, status }), DECIDED_MS);
      // The one that takes its place begins with this bundle.
      await decided.catch((error: unknown) => this.#kill(member, error));
    };
    await Promise.all(this.#handed.map(one));
  }

  async left(target: string): Promise<void> {
    await Promise.allSettled(this.#handed.map(async ({ calls }) => calls.call('left', target)));
  }

  /** Has them finish what is under way, and end. */
  async #drain(): Promise<void> {
    this.#stopping = true;
    void this.#toAll('drain', null);
    // What has not begun has nothing to finish.
    for (const { worker, handed } of this.#members) if (!handed) worker.kill('SIGKILL');
    const gone = Promise.all([...this.#members].map(async ({ worker }) => once(worker, 'exit')));
    const { drainDelay, drainTimeout } = this.#config;
    const late = delay((drainDelay + drainTimeout) * 1000 + GONE_MS, null, { ref: false });
    await Promise.race([gone, late]);
    for (const { worker } of this.#members) worker.kill('SIGKILL');
  }

  get #handed(): Member[] {
    return [...this.#members].filter(({ handed }) => handed);
  }

  /** Resolves when each of them has heard; whoever has gone hears nothing. */
  async #toAll(name: string, argument: unknown): Promise<void> {
    await Promise.allSettled(this.#handed.map(async ({ calls }) => inTime(calls.call(name, argument), TOLD_MS)));
  }

  /** Starts a worker, and another in its place when it ends. Resolves when it answers. */
  async #begin(handlers: HandlersOf): Promise<void> {
    // What is sent keeps its type, such as a time, or a number without end.
    const worker = fork(WORKER, { serialization: 'advanced' });
    const started = Promise.withResolvers<unknown>();
    const member: Member = {
      worker,
      calls: new Calls(worker, {
        ...handlers(() => member),
        listening: started.resolve,
        failed: (sentence) => started.reject(new PlatformError(String(sentence))),
      }),
      handed: false,
      gone: false,
      bornAt: performance.now(),
      imports: [],
    };
    this.#members.add(member);
    worker.on('error', (error) => started.reject(error));
    worker.on('exit', (code, signal) => {
      started.reject(new PlatformError(`A worker ended at its start, with ${signal ?? code}.`));
      this.#bury(member);
      if (this.#stopping) return;
      this.#log.warn({ worker: worker.pid, code, signal }, 'a worker has ended; another takes its place');
      const pause = this.#backoff.delayAfter(performance.now() - member.bornAt);
      void delay(pause, null, { ref: false }).then(() => this.#replace(handlers));
    });
    await started.promise;
  }

  #replace(handlers: HandlersOf): void {
    if (this.#stopping) return;
    this.#begin(handlers).catch((error: unknown) => this.#log.error({ err: error }, 'a worker could not start'));
  }

  #bury(member: Member): void {
    member.gone = true;
    this.#members.delete(member);
    for (const end of member.imports) end();
  }

  #kill(member: Member, error: unknown): void {
    if (member.gone) return;
    this.#log.error({ err: error, worker: member.worker.pid }, 'a worker does not decide by the new policies');
    member.worker.kill('SIGKILL');
  }

  /** What a worker may call. */
  #handlers({ rates, imports }: Runtime['bounds'], handover: () => WorkerHandover): HandlersOf {
    return (self) => ({
      handover: () => {
        self().handed = true;
        return handover();
      },
      take: async (asked) => {
        const { rule, key } = asked as { rule: RateRule; key: string };
        return rates.take(rule, key);
      },
      importBegins: async () => beginImport(imports, self()),
      importEnds: () => self().imports.shift()?.(),
      counters: async () => sumOf((await this.#askAll('ownCounters')) as Counters[]),
      metrics: async () => AggregatorRegistry.aggregate((await this.#askAll('ownMetrics')) as Measured[]).metrics(),
    });
  }

  /** @throws Error unless each of them answers that has not gone */
  async #askAll(name: string): Promise<unknown[]> {
    const asked = this.#handed.map(async (member) => {
      const answer = inTime(member.calls.call(name), TOLD_MS);
      return answer.catch((error: unknown) => {
        if (member.gone) return null;
        throw error;
      });
    });
    return (await Promise.all(asked)).filter((it) => it !== null);
  }
}

/** Resolves when it is an import's turn; false where it would have to wait too long. */
async function beginImport(imports: Context['imports'], member: Member): Promise<boolean> {
  const begun = Promise.withResolvers<boolean>();
  const turn = imports(async () => {
    begun.resolve(true);
    if (!member.gone) await new Promise<void>((end) => void member.imports.push(end));
  });
  turn.catch(() => begun.resolve(false));
  return begun.promise;
}

/** @throws Error when it takes longer, in milliseconds */
async function inTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  const timer = new AbortController();
  const late = delay(ms, null, { ref: false, signal: timer.signal }).then(() => {
    throw new Error(`a worker has not answered within ${ms / 1000} s`);
  });
  return Promise.race([answer, late]).finally(() => timer.abort());
}
