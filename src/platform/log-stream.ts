import { constants, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import sonicBoom, { type SonicBoom } from 'sonic-boom';

/** So much waits for a reader that has stopped, or for a disk that is full, in bytes; lines beyond it are dropped. */
const MOST_WAITING = 262_144;

/**
 * Standard output or error as a stream that nobody waits for. Node's own stops the process where a pipe's reader has
 * stopped, and a blocked write in its pool of threads stops `process.exit`.
 */
export class LogStream {
  readonly stream: SonicBoom;
  #dropped = 0;
  #said = 0;

  /** @param fd 1 or 2 @param onLoss hears how many lines were dropped, once lines can be written again */
  constructor(fd: number, onLoss: (dropped: number) => void) {
    this.stream = new sonicBoom.SonicBoom({ fd: withoutBlocking(fd), sync: false, maxLength: MOST_WAITING });
    // What could not be written waits, and is tried again with the next line.
    this.stream.on('error', () => undefined);
    this.stream.on('drop', () => (this.#dropped += 1));
    this.stream.on('drain', () => {
      const lost = this.#dropped - this.#said;
      this.#said = this.#dropped;
      if (lost > 0) onLoss(lost);
    });
  }

  /** How many lines were dropped since the start. */
  get dropped(): number {
    return this.#dropped;
  }
}

/** The same destination, whose writes answer EAGAIN rather than block. Files never block; they keep their own offset. */
function withoutBlocking(fd: number): number {
  if (fstatSync(fd).isFile()) return fd;
  try {
    // A description of its own: other processes that share ours keep theirs as it is.
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK);
  } catch {
    // Sockets, and pipes of another user's, cannot be opened again; to hand one to a Socket makes it non-blocking.
    new Socket({ fd, readable: false, writable: true }).unref();
    return fd;
  }
}
