/** Why a text is no JSON that means one thing. */
export class Refused extends Error {}

/** What a JSON text says; maps, so that no name means anything to JavaScript. */
export type Json = Json[] | Map<string, Json> | boolean | number | string | null;

const TOKEN =
  /[\t\n\r ]*(?:([{}[\],:])|("(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/uy;

/**
 * Reads JSON as a careful reader would that shares nothing with the service: UTF-8 alone, no name twice in an object, no
 * half of a surrogate pair, no number that a double would come back from as another.
 */
export function readStrictly(bytes: Uint8Array): Json {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refused('no UTF-8');
  }
  const reader = new Reader(text);
  const value = reader.value(reader.next());
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): string {
    TOKEN.lastIndex = this.#at;
    const found = TOKEN.exec(this.#text);
    if (!found) throw new Refused(`no token at ${this.#at}`);
    this.#at = TOKEN.lastIndex;
    return found[0].trimStart();
  }

  end(): void {
    if (/[^\t\n\r ]/.test(this.#text.slice(this.#at))) throw new Refused('more after the end');
  }

  value(token: string, depth = 0): Json {
    if (depth > 500) throw new Refused('nested beyond any bound');
    if (token === '{') return this.#object(depth);
    if (token === '[') return this.#array(depth);
    if (token.startsWith('"')) return textOf(token);
    if (token === 'true' || token === 'false') return token === 'true';
    if (token === 'null') return null;
    if (/^[-\d]/.test(token)) return numberOf(token);
    throw new Refused(`${token} in the place of a value`);
  }

  #object(depth: number): Json {
    const object = new Map<string, Json>();
    let token = this.next();
    if (token === '}') return object;
    for (;;) {
      if (!token.startsWith('"')) throw new Refused('a name that is no text');
      const name = textOf(token);
      if (object.has(name)) throw new Refused(`${name} twice`);
      if (this.next() !== ':') throw new Refused('a name without a value');
      object.set(name, this.value(this.next(), depth + 1));
      token = this.next();
      if (token === '}') return object;
      if (token !== ',') throw new Refused('no comma');
      token = this.next();
    }
  }

  #array(depth: number): Json {
    const array: Json[] = [];
    let token = this.next();
    if (token === ']') return array;
    for (;;) {
      array.push(this.value(token, depth + 1));
      token = this.next();
      if (token === ']') return array;
      if (token !== ',') throw new Refused('no comma');
      token = this.next();
    }
  }
}

function textOf(token: string): string {
  const text = JSON.parse(token) as string;
  if (!text.isWellFormed()) throw new Refused('half of a surrogate pair');
  return text;
}

function numberOf(token: string): number {
  const value = Number(token);
  if (!Number.isFinite(value) || decimal(token) !== decimal(String(value))) throw new Refused(`${token} is no double`);
  return value;
}

/** The decimal value in one form: its digits without outer zeros, and the power of ten. */
function decimal(number: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(number) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const short = digits.replace(/0+$/, '');
  if (short === '') return '0';
  return `${sign}${short}e${BigInt(power) - BigInt(fraction.length) + BigInt(digits.length - short.length)}`;
}
