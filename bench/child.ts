import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A process of the benchmark, which answers one message at a time and ends when its channel closes. */
export class Child {
  readonly #process: ChildProcess;
  readonly #name: string;

  /** @param tree the folder of another version of this project, whose own benchmark has the process */
  constructor(name: string, execArgv: readonly string[] = [], tree = join(import.meta.dirname, '..')) {
    this.#name = name;
    this.#process = fork(join(tree, 'bench', `${name}.ts`), { cwd: tree, execArgv: [...execArgv] });
  }

  /** What it says next. */
  async hear<Answer>(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error(`${this.#name} ended`));
      this.#process.once('exit', ended);
      this.#process.once('message', (message) => {
        this.#process.off('exit', ended);
        resolve(message as Answer);
      });
    });
  }

  async ask<Answer>(message: object): Promise<Answer> {
    const answer = this.hear<Answer>();
    this.#process.send(message);
    return answer;
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.disconnect();
    await exit;
  }
}

/** In such a process: says something to the benchmark, unless it is gone. */
export function tell(message: object): void {
  if (process.connected) process.send?.(message);
}

/** In such a process: answers every message by `handle`, and cleans up when the benchmark is gone. */
export function serveParent(handle: (message: unknown) => Promise<object>, close: () => Promise<void>): void {
  const end = (): void => {
    void close().then(() => process.exit());
  };
  process.on('message', (message) => {
    void handle(message).then(tell);
  });
  if (process.connected) process.once('disconnect', end);
  else end();
  // Ctrl+C reaches every process of the terminal; the benchmark's end closes the channel.
  process.on('SIGINT', () => undefined);
}
