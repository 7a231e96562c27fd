import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Backoff } from './backoff.ts';
import { SUPERVISOR, type ChildEvent, type ChildSpec, type Order } from './child-protocol.ts';
import { forkSupervisor } from './supervisor-process.ts';

/** Ends what an earlier life of a child may have left behind; called before every first start of it. */
export type Reap = () => Promise<void>;

type Listener = (event: ChildEvent) => void;
type Registration = { readonly spec: ChildSpec; readonly reap: Reap };

/** Starts the supervisor, a process of its own that keeps children alive as long as this one lives. */
export async function startSupervisor(options: { onEvent: Listener }): Promise<Children> {
  const children = new Children(options.onEvent);
  await children.open();
  return children;
}

/** The children of this service, kept alive by a supervisor that is itself kept alive from here. */
export class Children {
  readonly #registered = new Map<string, Registration>();
  readonly #listeners = new Set<Listener>();
  readonly #backoff = new Backoff();
  #supervisor: ChildProcess | undefined;
  #ready: Promise<void> = Promise.resolve();
  #closing = false;

  constructor(onEvent: Listener) {
    this.#listeners.add(onEvent);
  }

  /** @internal Use {@link startSupervisor}. */
  async open(): Promise<void> {
    this.#ready = this.#fork();
    await this.#ready.catch((error: unknown) => {
      this.#closing = true;
      throw error;
    });
  }

  /** Listens to everything that happens; returns how to stop listening. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks for a child and for its restart whenever it dies. Does not wait until it is useful. */
  async start(spec: ChildSpec, reap: Reap = async () => undefined): Promise<void> {
    if (this.#closing || this.#registered.has(spec.name)) {
      throw new Error(`The child ${spec.name} cannot be started: it exists, or all are being closed.`);
    }
    this.#registered.set(spec.name, { spec, reap });
    await this.#whenReady();
    await reap();
    this.#send({ order: 'start', spec });
  }

  /** Whether a child of this name is wanted: started, and not being stopped. */
  wants(name: string): boolean {
    return this.#registered.has(name);
  }

  /** Stops a child; resolves when it is gone. */
  async stop(name: string): Promise<void> {
    const registration = this.#registered.get(name);
    if (!registration) return;
    this.#registered.delete(name);
    await this.#whenReady();
    if (!this.#supervisor) return registration.reap();
    const { promise, resolve } = Promise.withResolvers<void>();
    const unsubscribe = this.subscribe((event) => {
      if (event.type === 'stopped' && (event.name === name || event.name === SUPERVISOR)) resolve();
      if (event.type === 'exited' && event.name === SUPERVISOR) resolve();
    });
    this.#send({ order: 'stop', name });
    await promise;
    unsubscribe();
    await registration.reap();
  }

  /** Stops everything; resolves when all are gone. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#whenReady();
    const supervisor = this.#supervisor;
    if (supervisor) {
      const gone = once(supervisor, 'exit');
      if (supervisor.connected) supervisor.disconnect();
      await gone;
    }
    await this.#reapAll();
  }

  async #fork(): Promise<void> {
    const bornAt = performance.now();
    const { process, ready } = forkSupervisor((event) => {
      const leaves = event.type === 'exited' && event.name === SUPERVISOR;
      // What it was asked to do is no accident to report.
      this.#emit(leaves && this.#closing && event.code === 0 ? { type: 'stopped', name: SUPERVISOR } : event);
      if (leaves) this.#lost(performance.now() - bornAt);
    });
    this.#supervisor = process;
    await ready;
  }

  #lost(livedMs: number): void {
    this.#supervisor = undefined;
    if (this.#closing) return;
    this.#ready = this.#recover(livedMs);
    this.#ready.catch(() => undefined);
  }

  async #recover(livedMs: number): Promise<void> {
    const delayMs = this.#backoff.delayAfter(livedMs);
    this.#emit({ type: 'restarting', name: SUPERVISOR, delayMs });
    await delay(delayMs);
    if (this.#closing) return;
    await this.#reapAll();
    await this.#fork();
    for (const { spec } of this.#registered.values()) this.#send({ order: 'start', spec });
  }

  async #whenReady(): Promise<void> {
    let awaited: Promise<void>;
    do {
      awaited = this.#ready;
      await awaited.catch(() => undefined);
    } while (awaited !== this.#ready);
  }

  async #reapAll(): Promise<void> {
    await Promise.all([...this.#registered.values()].map(({ reap }) => reap()));
  }

  #emit(event: ChildEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #send(order: Order): void {
    // Failing means that the supervisor has just died; its successor gets every order again.
    this.#supervisor?.send(order, () => undefined);
  }
}
