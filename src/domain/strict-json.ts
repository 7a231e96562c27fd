import { SparkgateError } from './errors.ts';
import { isExactNumber } from './exact-number.ts';
import { pointerTo, shown } from './json-pointer.ts';

/** Levels of objects and arrays. `properties` may have 32 of their own, and stand in an item of a batch. */
const MOST_NESTED = 64;

/** Up to so many names of one object it is cheaper to compare each with each than to make a set of them. */
const FEW_NAMES = 12;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** JSON that would not arrive as it was sent: where that is, why, and what to do. */
export class JsonRefusal extends SparkgateError {
  /** A JSON Pointer (RFC 6901); '' is the whole. */
  readonly pointer: string;
  /** Reads on after the place, or after "line 3": `is not JSON`. */
  readonly why: string;

  constructor(path: readonly PropertyKey[], why: string) {
    const pointer = pointerTo(path);
    super('invalid_request', `${pointer || 'What was sent'} ${why}.`, { errors: [{ pointer, message: why }] });
    this.pointer = pointer;
    this.why = why;
  }
}

/**
 * Reads JSON that somebody sent as bytes. They have to be UTF-8 (RFC 8259, section 8.1; a byte order mark is passed
 * over): where invalid bytes are repaired, two different texts may become equal.
 * @throws JsonRefusal
 */
export function readJsonBytes(bytes: Uint8Array): unknown {
  return readJson(decode(bytes));
}

/**
 * Reads JSON that somebody sent, so that what arrives is what was sent: I-JSON (RFC 7493, section 2) with a bound on
 * nesting. `JSON.parse` alone rounds numbers, keeps the last of members with one name, and takes half of a surrogate
 * pair for a character (RFC 8259, sections 4, 6 and 8.2). Whatever `JSON.stringify` writes is taken, but for such
 * halves and the name `__proto__`, which gets lost on the way. The cost is linear in the text.
 * @throws JsonRefusal
 */
export function readJson(text: string): unknown {
  const value = parse(text);
  new Scan(text).run();
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    const repaired = Buffer.from(Buffer.from(bytes).toString('utf8'));
    const at = repaired.findIndex((byte, index) => byte !== bytes[index]);
    throw new JsonRefusal([], `is not UTF-8 near byte ${at}: send JSON in UTF-8`);
  }
}

function parse(text: string): unknown {
  if (!text.isWellFormed()) throw new JsonRefusal([], `holds ${HALF}`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const [, at] = /at position (\d+)/.exec(String(cause)) ?? [];
    throw new JsonRefusal([], at === undefined ? 'is not JSON' : `is not JSON from character ${at} on`);
  }
}

const HALF = 'half of a surrogate pair, which is no character: send whole ones';

/** An object or array that is open at some place of a text. */
interface Level {
  /** The names of an object's members so far; null in an array. */
  names: string[] | null;
  /** The index of an array's item. */
  item: number;
}

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const [BRACE, BRACE_END, BRACKET, BRACKET_END] = [0x7b, 0x7d, 0x5b, 0x5d];
const NUMBER = /[-+.\dE]+/iy;

/** Goes once through valid JSON and refuses what would not arrive. */
class Scan {
  readonly #text: string;
  readonly #levels: Level[] = [];
  #level: Level = { names: null, item: 0 };
  /** The quotes of the last text, which is a name if a colon follows, and whether there are escapes in it. */
  #start = 0;
  #end = 0;
  #escaped = false;
  /** Where the next escape is. */
  #escape: number;

  constructor(text: string) {
    this.#text = text;
    this.#escape = this.#escapeFrom(0);
  }

  /** @throws JsonRefusal */
  run(): void {
    const text = this.#text;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) at = this.#quoted(at);
      else if (code === COLON) this.#name();
      else if (code === COMMA) this.#level.item += 1;
      else if (code === BRACE) this.#open([]);
      else if (code === BRACKET) this.#open(null);
      else if (code === BRACE_END || code === BRACKET_END) this.#close();
      else if (startsNumber(code)) at = this.#number(at);
    }
  }

  /** @returns where it ends */
  #quoted(start: number): number {
    this.#start = start;
    this.#end = this.#text.indexOf('"', start + 1);
    this.#escaped = this.#escape < this.#end;
    if (this.#escaped) this.#unescape();
    return this.#end;
  }

  #unescape(): void {
    const text = this.#text;
    let end = this.#escape;
    while (text.charCodeAt(end) !== QUOTE) end += text.charCodeAt(end) === BACKSLASH ? 2 : 1;
    this.#end = end;
    this.#escape = this.#escapeFrom(end);
    if (this.#lastQuoted().isWellFormed()) return;
    const isName = text
      .slice(end + 1)
      .trimStart()
      .startsWith(':');
    throw new JsonRefusal(
      isName ? this.#path().slice(0, -1) : this.#path(),
      `${isName ? 'has a name that ' : ''}holds ${HALF}`,
    );
  }

  #escapeFrom(at: number): number {
    const found = this.#text.indexOf('\\', at);
    return found === -1 ? this.#text.length : found;
  }

  #lastQuoted(): string {
    if (this.#escaped) return String(JSON.parse(this.#text.slice(this.#start, this.#end + 1)));
    return this.#text.slice(this.#start + 1, this.#end);
  }

  #name(): void {
    const name = this.#lastQuoted();
    this.#level.names?.push(name);
    if (name === '__proto__') throw new JsonRefusal(this.#path(), 'gets lost on the way: choose another name');
  }

  /** @returns where it ends */
  #number(start: number): number {
    NUMBER.lastIndex = start;
    const [token = ''] = NUMBER.exec(this.#text) ?? [];
    if (isExactNumber(token)) return start + token.length - 1;
    const arrives = `${shown(token)} would arrive as ${Number(token)}`;
    throw new JsonRefusal(
      this.#path(),
      `is a number that no double holds: ${arrives}. Send it in quotes, as ids are sent`,
    );
  }

  #open(names: Level['names']): void {
    if (this.#levels.length === MOST_NESTED)
      throw new JsonRefusal(this.#path(), `nests deeper than ${MOST_NESTED} levels`);
    this.#level = { names, item: 0 };
    this.#levels.push(this.#level);
  }

  #close(): void {
    const repeated = repeatedIn(this.#level.names ?? []);
    if (repeated !== undefined) {
      throw new JsonRefusal([...this.#path().slice(0, -1), repeated], 'is named more than once: send each name once');
    }
    this.#levels.pop();
    this.#level = this.#levels.at(-1) ?? this.#level;
  }

  /** To what is being read. */
  #path(): (string | number)[] {
    return this.#levels.map(({ names, item }) => (names ? (names.at(-1) ?? '') : item));
  }
}

function startsNumber(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x2d;
}

function repeatedIn(names: readonly string[]): string | undefined {
  if (names.length <= FEW_NAMES) return names.find((name, index) => names.indexOf(name) < index);
  const known = new Set<string>();
  return names.find((name) => known.size === known.add(name).size);
}
