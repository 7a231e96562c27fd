import { open, type FileHandle } from 'node:fs/promises';
import { PlatformError } from './platform-error.ts';

/** Lines are held back so long, in milliseconds, and at most so many characters wait; what comes then is left out. */
const PAUSE_MS = 200;
const MOST_CHARACTERS = 16 * 1024 * 1024;

const NEWLINE = 0x0a;

/** Hears when lines are lost, and how many since the last time. */
type OnLoss = (lost: number, error: unknown) => void;

/**
 * A file to which lines are appended without anybody waiting. It is opened once, for appending: a rotation has to copy
 * and truncate it (`copytruncate`).
 */
export class LineLog {
  readonly #file: FileHandle;
  readonly #onLoss: OnLoss;
  #waiting: string[] = [];
  #characters = 0;
  #lost = 0;
  /** The last line in the file is cut off. */
  #torn = false;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle, onLoss: OnLoss) {
    this.#file = file;
    this.#onLoss = onLoss;
  }

  /** @throws PlatformError when the file cannot be opened */
  static async open(path: string, onLoss: OnLoss): Promise<LineLog> {
    const file = await open(path, 'a', 0o640).catch((cause: unknown) => {
      throw new PlatformError(`${path} cannot be written to.`, { cause });
    });
    return new LineLog(file, onLoss);
  }

  /** Takes a line, which ends in a newline. Never throws. */
  write(line: string): void {
    if (this.#characters + line.length > MOST_CHARACTERS) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(line);
    this.#characters += line.length;
    this.#timer ??= setTimeout(() => this.#flush(), PAUSE_MS).unref();
  }

  /** Writes what waits, and closes the file. */
  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#flush();
    await this.#writing;
    await this.#file.close();
  }

  #flush(): void {
    this.#timer = null;
    this.#writing = this.#writing.then(async () => this.#append());
  }

  async #append(): Promise<void> {
    // What comes after the half of a line is a line of its own.
    const start = this.#torn ? '\n' : '';
    const bytes = Buffer.from(start + this.#waiting.join(''));
    this.#waiting = [];
    this.#characters = 0;
    let error: unknown = null;
    let written = 0;
    try {
      while (bytes.length > start.length && written < bytes.length) {
        written += (await this.#file.write(bytes, written)).bytesWritten;
      }
    } catch (cause) {
      error = cause;
      this.#lost += bytes.subarray(Math.max(written, start.length)).filter((byte) => byte === NEWLINE).length;
    }
    if (written > 0) this.#torn = bytes[written - 1] !== NEWLINE;
    if (this.#lost > 0) this.#onLoss(this.#lost, error);
    this.#lost = 0;
  }
}
