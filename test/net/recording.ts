import { readFileSync, writeFileSync } from 'node:fs';
import { Neutral, type Text } from './neutral.ts';

/** One question and what a tree answered, without what differs from run to run. */
export interface Exchange {
  name: string;
  asked?: unknown;
  answer: unknown;
  /** Texts for people, and where in the answer they stand. */
  texts?: Text[];
}

/** Everything that one tree answered, in the order in which it was asked. */
export class Recording {
  readonly #exchanges: Exchange[] = [];
  readonly #times = new Map<string, number>();
  /** Addresses and folders of this run, and what stands for them. */
  readonly places = new Map<string, string>();

  add(name: string, answer: unknown, asked?: unknown, prose?: 'prose'): void {
    const neutral = new Neutral(this.places, prose !== undefined);
    const plain = neutral.text(name);
    const times = (this.#times.get(plain) ?? 0) + 1;
    this.#times.set(plain, times);
    const said = neutral.value(answer);
    this.#exchanges.push({
      name: times === 1 ? plain : `${plain} #${times}`,
      ...(asked !== undefined && { asked: new Neutral(this.places).value(asked) }),
      answer: said,
      ...(neutral.texts.length > 0 && { texts: neutral.texts }),
    });
  }

  get size(): number {
    return this.#exchanges.length;
  }

  /** NDJSON, by name: two recordings of one tree are the same bytes. */
  write(file: string): void {
    const lines = this.#exchanges.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((it) => JSON.stringify(it));
    writeFileSync(file, `${lines.join('\n')}\n`);
  }
}

export function readRecording(file: string): Map<string, Exchange> {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return new Map(lines.map((line) => JSON.parse(line) as Exchange).map((exchange) => [exchange.name, exchange]));
}
