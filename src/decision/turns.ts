import { SparkgateError } from '../domain/errors.ts';
import { SLICE } from '../domain/in-slices.ts';

/** How many evaluations run and wait at once, in all and of one caller. */
export interface LaneBounds {
  running: number;
  runningOfOne: number;
  waiting: number;
  waitingOfOne: number;
}

/** As how many evaluations of a batch a check by itself counts: most of it is the request. */
export const SINGLE = 2;

/** What small requests may take: less than 0.1 s of work of one process. */
const SMALL: LaneBounds = { running: 512, runningOfOne: 256, waiting: 256, waitingOfOne: 128 };
/** What large ones may: two of the largest at once, so that whoever waits does so for a few of them. */
const LARGE: LaneBounds = { running: 2000, runningOfOne: 1000, waiting: 3000, waitingOfOne: 2000 };

/** Whether a request waits in the line of those that are decided in slices. */
export function isLarge(size: number): boolean {
  return size > SLICE;
}

interface Waiter {
  size: number;
  begin: () => void;
}

/** Callers take turns: each in its own line, and the lines one after the other. */
class Lane {
  readonly #bounds: LaneBounds;
  #running = 0;
  #waiting = 0;
  readonly #runningOf = new Map<string, number>();
  /** The lines, the one whose turn is next first. */
  readonly #lines = new Map<string, Waiter[]>();

  constructor(bounds: LaneBounds) {
    this.#bounds = bounds;
  }

  /** The most that one request takes: what is larger counts as so many. */
  get most(): number {
    return Math.min(this.#bounds.runningOfOne, this.#bounds.waitingOfOne);
  }

  /** Whether there is room at once, which is then taken. */
  takeNow(caller: string, size: number): boolean {
    if (this.#lines.has(caller) || !this.#fits(caller, size)) return false;
    this.#begin(caller, size);
    return true;
  }

  /** @throws SparkgateError `unavailable` where there is no room to wait either */
  requireRoom(caller: string, size: number): void {
    const line = this.#lines.get(caller) ?? [];
    if (line.length === 0 && this.#fits(caller, size)) return;
    const ofOne = line.reduce((sum, it) => sum + it.size, size);
    if (this.#waiting + size > this.#bounds.waiting || ofOne > this.#bounds.waitingOfOne) throw overloaded();
  }

  /** Resolves when it is this one's turn. @throws SparkgateError `unavailable`, at once */
  async wait(caller: string, size: number): Promise<void> {
    this.requireRoom(caller, size);
    const line = this.#lines.get(caller) ?? [];
    this.#waiting += size;
    return new Promise((resolve) => {
      line.push({ size, begin: resolve });
      this.#lines.set(caller, line);
    });
  }

  give(caller: string, size: number): void {
    this.#running -= size;
    const left = (this.#runningOf.get(caller) ?? 0) - size;
    if (left > 0) this.#runningOf.set(caller, left);
    else this.#runningOf.delete(caller);
    this.#pump();
  }

  #fits(caller: string, size: number): boolean {
    const { running, runningOfOne } = this.#bounds;
    return this.#running + size <= running && (this.#runningOf.get(caller) ?? 0) + size <= runningOfOne;
  }

  #begin(caller: string, size: number): void {
    this.#running += size;
    this.#runningOf.set(caller, (this.#runningOf.get(caller) ?? 0) + size);
  }

  /** Whoever had a turn goes to the end of the lines. */
  #pump(): void {
    for (let begun = true; begun;) {
      begun = false;
      for (const [caller, line] of this.#lines) {
        const [next] = line;
        if (!next || !this.#fits(caller, next.size)) continue;
        line.shift();
        this.#lines.delete(caller);
        if (line.length > 0) this.#lines.set(caller, line);
        this.#waiting -= next.size;
        this.#begin(caller, next.size);
        next.begin();
        begun = true;
        break;
      }
    }
  }
}

/** What would have to wait too long is refused while that costs nothing. */
function overloaded(): SparkgateError {
  return new SparkgateError('unavailable', (say) => say.details.writesWaiting, { retryAfter: 1 });
}

/**
 * Bounds the evaluations that are under way, so that nobody's checks starve another's, and what was accepted is answered
 * soon: a caller takes a turn before it is decided for, and gives it back. Small requests do not wait for large ones.
 */
export class Turns {
  readonly #small: Lane;
  readonly #large: Lane;

  constructor({ small = SMALL, large = LARGE }: { small?: LaneBounds; large?: LaneBounds } = {}) {
    this.#small = new Lane(small);
    this.#large = new Lane(large);
  }

  /** Before anything is read: whether there is room for so many. @throws SparkgateError `unavailable` */
  requireRoom(caller: string, size: number): void {
    const { lane, taken } = this.#place(size);
    lane.requireRoom(caller, taken);
  }

  /**
   * Runs what decides so many evaluations, once it is the caller's turn.
   * @throws SparkgateError `unavailable` at once, where too much waits
   */
  async run<T>(caller: string, size: number, decide: () => Promise<T>): Promise<T> {
    const { lane, taken } = this.#place(size);
    if (!lane.takeNow(caller, taken)) await lane.wait(caller, taken);
    try {
      return await decide();
    } finally {
      lane.give(caller, taken);
    }
  }
  #place(size: number): { lane: Lane; taken: number } {
    const lane = isLarge(size) ? this.#large : this.#small;
    return { lane, taken: Math.min(size, lane.most) };
  }
}
