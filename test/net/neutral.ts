/** Where a text for people stands in an answer, and what it says. */
export type Text = [pointer: string, text: string];

/** Members of JSON answers whose values are texts for people. */
const TEXTS = new Set(['message', 'title', 'detail', 'description', 'summary', 'reason_admin', 'reason_user']);

/** Members of JSON and fields of forms whose values the server makes anew each time, whatever they look like. */
export const MADE = new Set(
  'revision next_cursor next_token token seconds since counters version csrf once confirmed'.split(' '),
);

/** Members whose items the policy decision point lists in an order of its own. */
const UNORDERED = new Set(['derivedRoles']);

/** What the server makes up, wherever it stands in a text. Those that are numbered can be told apart in one answer. */
const PATTERNS: readonly (readonly [pattern: RegExp, stands: string, numbered?: boolean])[] = [
  [/(?<=\/consent(?:\/|%2F)|%2Fconsent%2F)[\w-]{43}/g, 'secret'],
  [/(?<=^sparkgate_[a-z]+_)[\w-]{16,}(?==)/g, 'flow'],
  [/\bsg_[\da-f]{32}_[\w-]{43}/g, 'key'],
  [/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/g, 'id', true],
  [/(?<=\/ui\/)[\w-]{16}(?=\/)/g, 'hash'],
  [/\b[\da-f]{64}\b/g, 'hash'],
  [/\b[\da-f]{12}(?=…)/g, 'hash'],
  [/(?<![\w-])[\w-]{43}(?![\w-])/g, 'secret'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g, 'time'],
  [/\b20\d\d-\d\d-\d\d\b/g, 'day'],
  [/^[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}$/g, 'code'],
  [/(?<=cursor=)[^&"]+/g, 'cursor'],
];

/** Takes out of one answer what differs from run to run, and puts texts for people aside. */
export class Neutral {
  readonly texts: Text[] = [];
  readonly #places: ReadonlyMap<string, string>;
  readonly #prose: boolean;
  readonly #seen = new Map<string, string>();

  /** @param prose whether a value of several words is a text for people, wherever it stands */
  constructor(places: ReadonlyMap<string, string>, prose = false) {
    this.#places = places;
    this.#prose = prose;
  }

  text(text: string): string {
    let plain = text;
    for (const [place, stands] of this.#places) plain = plain.replaceAll(place, stands);
    for (const [pattern, stands, numbered = false] of PATTERNS) {
      plain = plain.replaceAll(pattern, (found) => (numbered ? this.#number(found, stands) : `<${stands}>`));
    }
    return plain;
  }

  value(value: unknown, pointer = ''): unknown {
    if (typeof value === 'string') {
      return this.#prose && /\S\s+\S+\s+\S/.test(value) ? this.#aside(pointer, value) : this.text(value);
    }
    if (Array.isArray(value)) return value.map((item, index) => this.value(item, `${pointer}/${index}`));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [this.text(name), this.#member(name, inner, `${pointer}/${name}`)]),
    );
  }

  #member(name: string, value: unknown, pointer: string): unknown {
    if (MADE.has(name) && value !== null && !Array.isArray(value)) return `<${name}>`;
    if (UNORDERED.has(name) && Array.isArray(value))
      return this.value(
        value.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
        pointer,
      );
    if (TEXTS.has(name) && typeof value === 'string') return this.#aside(pointer, value);
    return this.value(value, pointer);
  }

  #aside(pointer: string, text: string): string {
    this.texts.push([pointer, this.text(text)]);
    return '<text>';
  }

  #number(found: string, stands: string): string {
    const known = this.#seen.get(found) ?? `<${stands} ${this.#seen.size + 1}>`;
    this.#seen.set(found, known);
    return known;
  }
}
