import { Refused, type Json } from './strict-json.ts';

/** What was found of a request: whether the service may refuse it as well as take it. */
export class Finding {
  doubtful = false;

  /** The contract does not say; either answer will do, as long as nothing else happens than what was sent. */
  doubt(): void {
    this.doubtful = true;
  }
}

/** Looks at a value; throws {@link Refused} where it cannot stand. */
export type Shape = (value: Json, finding: Finding) => void;

const refuse = (why: string): never => {
  throw new Refused(why);
};

export const anything: Shape = () => undefined;

export const text =
  (most = 200): Shape =>
  (value, finding) => {
    if (typeof value !== 'string') return refuse('no text');
    if (value.trim() === '' || value.length > most || /[\p{Cc}\uFFFD]/u.test(value)) finding.doubt();
  };

/** 1 to 128 characters, no dot segment, no blank outside, no control anywhere. */
export const id: Shape = (value, finding) => {
  if (typeof value !== 'string') return refuse('an id that is no text');
  const characters = Array.from(value).length;
  if (value === '' || value === '.' || value === '..' || value.trim() !== value || /\p{Cc}/u.test(value)) {
    refuse(`no id: ${JSON.stringify(value)}`);
  }
  if (characters > 128) refuse('an id of more than 128 characters');
  // A text that was repaired somewhere is no id of anybody, and may be refused as none.
  if (value.length > 128 || /^\p{Cf}|\p{Cf}$|\uFFFD/u.test(value)) finding.doubt();
};

export const flag: Shape = (value) => (typeof value === 'boolean' ? undefined : refuse('neither true nor false'));

export const oneOf =
  (...values: string[]): Shape =>
  (value) =>
    typeof value === 'string' && values.includes(value) ? undefined : refuse(`none of ${values.join(' ')}`);

export const numberBetween =
  (least: number, most: number): Shape =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? undefined
      : refuse('no such number');

export const listOf =
  (shape: Shape): Shape =>
  (value, finding) => {
    if (!Array.isArray(value) || value.length === 0) return refuse('no list with something in it');
    if (new Set(value).size < value.length) finding.doubt();
    for (const one of value) shape(one, finding);
  };

export const scopes = listOf(oneOf('LIVE', 'POST'));

/** Null says unknown, where something can be unknown. */
export const nullable =
  (shape: Shape): Shape =>
  (value, finding) =>
    value === null ? undefined : shape(value, finding);

export const doubtful =
  (shape: Shape): Shape =>
  (value, finding) => {
    finding.doubt();
    try {
      shape(value, new Finding());
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  };

/** An object with these names and no others. */
export const closed =
  (must: Record<string, Shape>, may: Record<string, Shape> = {}): Shape =>
  (value, finding) => {
    if (!(value instanceof Map)) return refuse('no object');
    const known = new Map(Object.entries({ ...must, ...may }));
    for (const [name, one] of value) (known.get(name) ?? (() => refuse(`unknown name ${name}`)))(one, finding);
    for (const name of Object.keys(must)) if (!value.has(name)) refuse(`without ${name}`);
  };

/** An object in which names that are not ours are passed over. */
export const open =
  (must: Record<string, Shape>, may: Record<string, Shape> = {}): Shape =>
  (value, finding) => {
    if (!(value instanceof Map)) return refuse('no object');
    for (const [name, shape] of Object.entries(must)) {
      if (!value.has(name)) refuse(`without ${name}`);
      shape(value.get(name) as Json, finding);
    }
    for (const [name, shape] of Object.entries(may)) {
      if (value.has(name)) shape(value.get(name) as Json, finding);
    }
  };

/** A value as JavaScript has it, with objects that inherit nothing. */
export function plain(value: Json): unknown {
  if (value instanceof Map) {
    return Object.assign(Object.create(null), Object.fromEntries([...value].map(([name, one]) => [name, plain(one)])));
  }
  return Array.isArray(value) ? value.map(plain) : value;
}
