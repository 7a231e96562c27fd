import { Socket } from 'node:net';

/**
 * A socket that sends what is written in one turn of the event loop by one system call, so that statements which do not
 * wait for each other reach the database together.
 */
export class GatheringSocket extends Socket {
  #gathers = false;

  override write(chunk: string | Uint8Array, ...rest: never[]): boolean {
    if (!this.#gathers) {
      this.#gathers = true;
      this.cork();
      process.nextTick(() => {
        this.#gathers = false;
        this.uncork();
      });
    }
    return super.write(chunk, ...rest);
  }
}
