import { PlatformError } from './platform-error.ts';

/** A process at the other end: one that was forked, or for that one its own `process`. */
export interface Channel {
  send?: (message: object, sent: () => void) => unknown;
  on: (event: 'message' | 'disconnect', listener: (message: unknown) => void) => unknown;
}

/** What the other end may call, by name. */
export type Handlers = Readonly<Record<string, (argument: unknown) => unknown>>;

type Message =
  | { call: number; name: string; argument: unknown }
  | { answer: number; value: unknown }
  | { answer: number; failed: string };

/** Calls to and fro between two processes of the service; what is sent has to survive structured cloning. */
export class Calls {
  readonly #channel: Channel;
  readonly #handlers: Handlers;
  readonly #open = new Map<number, { resolve: (value: unknown) => void; reject: (cause: Error) => void }>();
  #next = 0;
  #gone = false;

  constructor(channel: Channel, handlers: Handlers) {
    this.#channel = channel;
    this.#handlers = handlers;
    channel.on('message', (message) => this.#heard(message as Message));
    channel.on('disconnect', () => {
      this.#gone = true;
      for (const { reject } of this.#open.values()) reject(gone());
      this.#open.clear();
    });
  }

  /** @throws PlatformError with what hindered the other end, or that it has gone */
  async call(name: string, argument: unknown = null): Promise<unknown> {
    if (this.#gone) throw gone();
    const call = (this.#next += 1);
    return new Promise((resolve, reject) => {
      this.#open.set(call, { resolve, reject });
      this.#send({ call, name, argument });
    });
  }

  #heard(message: Message): void {
    if ('call' in message) {
      void this.#answer(message.call, this.#handlers[message.name], message.argument);
    } else if ('answer' in message) {
      const asked = this.#open.get(message.answer);
      this.#open.delete(message.answer);
      if ('failed' in message) asked?.reject(new PlatformError(message.failed));
      else asked?.resolve(message.value);
    }
  }

  async #answer(answer: number, handler: Handlers[string] | undefined, argument: unknown): Promise<void> {
    try {
      if (!handler) throw new Error('the other process knows no such call');
      const value = await handler(argument);
      this.#send({ answer, value });
    } catch (error) {
      this.#send({ answer, failed: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Whoever has gone gets nothing; that it has, `disconnect` says. */
  #send(message: Message): void {
    if (!this.#gone) this.#channel.send?.(message, () => undefined);
  }
}

function gone(): PlatformError {
  return new PlatformError('the other process has gone');
}
