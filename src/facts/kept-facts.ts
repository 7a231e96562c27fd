import { LRUCache } from 'lru-cache';
import { textBytes } from '../domain/text-bytes.ts';
import type { SliceRow } from './slice.ts';

/** The rows of one question as they are kept. */
interface Entry {
  rows: readonly SliceRow[];
  /** When they end by themselves, in milliseconds since 1970 by the clock of the database. */
  until: number;
  on: readonly Thing[];
  bytes: number;
}

/** What rows hang on. Its entries are known by their keys. */
interface Thing {
  key: string;
  entries: Set<string>;
}

/** What there is to keep of one question. */
export interface ToKeep {
  rows: readonly SliceRow[];
  until: number;
  /** The keys of what they hang on. */
  things: Iterable<string>;
}

/**
 * Rows of questions in memory, by the keys of the questions, until something that they hang on changes. Bounded in bytes:
 * what was used longest ago goes first.
 */
export class KeptFacts {
  readonly #entries: LRUCache<string, Entry>;
  readonly #things = new Map<string, Thing>();

  /** @param mostBytes of memory, estimated as V8 lays it out */
  constructor(mostBytes: number) {
    this.#entries = new LRUCache<string, Entry>({
      maxSize: mostBytes,
      sizeCalculation: ({ bytes }) => bytes,
      dispose: ({ on }, key) => this.#release(on, key),
    });
  }

  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** The rows of a question, if they are kept and have not ended by `at`. */
  get(key: string, at: number): readonly SliceRow[] | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && at < entry.until ? entry.rows : undefined;
  }

  set(key: string, { rows, until, things }: ToKeep): void {
    this.#entries.delete(key);
    const on = [...new Set(things)].map((thing) => this.#thing(thing));
    for (const thing of on) thing.entries.add(key);
    const bytes = bytesOf(key, rows, on);
    this.#entries.set(key, { rows, until, on, bytes });
    // What is larger than all memory is not taken, and not told of either.
    if (!this.#entries.has(key)) this.#release(on, key);
  }

  /** Drops all that hangs on a thing. */
  drop(thing: string): void {
    for (const key of this.#things.get(thing)?.entries ?? []) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#things.clear();
  }

  #thing(key: string): Thing {
    const known = this.#things.get(key);
    if (known) return known;
    const thing = { key, entries: new Set<string>() };
    this.#things.set(key, thing);
    return thing;
  }

  #release(on: readonly Thing[], key: string): void {
    for (const thing of on) {
      thing.entries.delete(key);
      if (thing.entries.size === 0) this.#things.delete(thing.key);
    }
  }
}

// Sizes of V8 in bytes, with what its maps and sets hold for each element.
const ENTRY = 450;
const ROW = 72;
const THING = 330;
const TEXT = 24;

function bytesOf(key: string, rows: readonly SliceRow[], on: readonly Thing[]): number {
  let bytes = ENTRY + sizeOf(key);
  for (const { bc_id: center, a, b, c } of rows) {
    bytes += ROW + sizeOf(center) + sizeOf(a) + sizeOf(b) + sizeOf(c);
  }
  for (const thing of on) bytes += thing.entries.size > 1 ? TEXT * 2 : THING + sizeOf(thing.key);
  return bytes;
}

function sizeOf(text: string | null): number {
  return text === null ? 0 : TEXT + textBytes(text);
}
