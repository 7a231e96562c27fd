import { LRUCache } from 'lru-cache';
import { SparkgateError } from '../domain/errors.ts';
import { textBytes } from '../domain/text-bytes.ts';
import type { PdpAnswer } from '@sparkgate/cerbos-pdp/client';
import type { Pdp } from './pdp.ts';
import type { DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { inputOfKey, memoKey } from './decision-input.ts';

export interface MemoOptions {
  /** The bundle that answers: part of every key. */
  bundleHash: string;
  /** For how long an answer holds, in milliseconds; null = as long as the bundle does. */
  holdsFor: number | null;
  /** Whether an answer is worth remembering; other questions are asked anew each time. */
  remembers: (question: DecisionInput) => boolean;
  /** Whether it is known that the PDP still has this bundle; until it is again, nothing is answered from memory. */
  confirmed?: () => boolean;
  /** Memory for what is remembered, in bytes. */
  mostBytes?: number;
}

interface Waiting {
  question: DecisionInput;
  resolve: (answer: PdpAnswer) => void;
  reject: (error: unknown) => void;
}

export const MEMO_BYTES = 64 * 1024 * 1024;

/** What an answer takes besides the texts of its key and of what a schema refused, as V8 lays it out. */
const ENTRY = 230;

/**
 * Remembers what the PDP said, by everything that was sent to it. Questions that arrive together go out together, and
 * the same question is never asked twice at once.
 */
export class Memo {
  readonly #pdp: Pdp;
  readonly #options: MemoOptions;
  readonly #confirmed: (() => boolean) | null;
  readonly #answers: LRUCache<string, PdpAnswer | Promise<PdpAnswer>>;
  #waiting: Waiting[] = [];
  #hits = 0;

  constructor(pdp: Pdp, options: MemoOptions) {
    this.#pdp = pdp;
    this.#options = options;
    this.#confirmed = options.confirmed ?? null;
    this.#answers = new LRUCache({
      maxSize: options.mostBytes ?? MEMO_BYTES,
      sizeCalculation: bytesOf,
      ...(options.holdsFor === null ? {} : { ttl: options.holdsFor }),
    });
  }

  /** How many distinct questions are remembered, and how often one was answered from memory. */
  get size(): { distinct: number; hits: number } {
    return { distinct: this.#answers.size, hits: this.#hits };
  }

  /** Whether every answer holds as long as the bundle does, and the PDP is known to have it. */
  get lasts(): boolean {
    return this.#options.holdsFor === null && this.#confirmed?.() !== false;
  }

  /** @throws SparkgateError `unavailable`; failures are not remembered */
  async ask(question: DecisionInput): Promise<PdpAnswer> {
    const key = this.#keyOf(question);
    if (key === null) return this.#enqueue(question);
    const known = this.#answers.get(key);
    if (known) {
      this.#hits += 1;
      return known;
    }
    const asked = this.#enqueue(question);
    this.#answers.set(key, asked);
    const settle = (answer: PdpAnswer | null): void => {
      if (this.#answers.peek(key) !== asked) return;
      // It holds from now on, and those who waited for it get the very same.
      if (answer) this.#answers.set(key, answer);
      else this.#answers.delete(key);
    };
    asked.then(settle, () => settle(null));
    return asked;
  }

  /** Whether a question is answered from memory, or has been asked already: asking it costs nothing. */
  has(question: DecisionInput): boolean {
    const key = this.#keyOf(question);
    return key !== null && this.#answers.has(key);
  }

  /** By the whole of a question; null where its answer is not remembered. */
  #keyOf(question: DecisionInput): string | null {
    if (!this.#options.remembers(question) || (this.#confirmed !== null && !this.#confirmed())) return null;
    return memoKey(this.#options.bundleHash, question);
  }

  /**
   * What was asked last, the latest first: what will be asked next, most likely.
   * @param looked how many of the last are looked at, and `wanted` says which of their kinds count
   */
  recent(most: number, looked: number, wanted: (kind: string) => boolean): DecisionInput[] {
    const questions: DecisionInput[] = [];
    let seen = 0;
    for (const key of this.#answers.keys()) {
      if (questions.length === most || seen === looked) break;
      seen += 1;
      const question = inputOfKey(key);
      if (wanted(question.kind)) questions.push(question);
    }
    return questions;
  }

  async #enqueue(question: DecisionInput): Promise<PdpAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => void this.#flush());
    });
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      const answers = await this.#pdp.ask(waiting.map(({ question }) => question));
      for (const [index, { resolve, reject }] of waiting.entries()) {
        const answer = answers[index];
        if (answer) resolve(answer);
        else reject(new Error('the PDP left a question open'));
      }
    } catch (error) {
      const refused = error instanceof SparkgateError && error.code === 'invalid_request';
      if (refused && waiting.length > 1) for (const one of waiting) void this.#askAlone(one);
      else for (const { reject } of waiting) reject(error);
    }
  }

  /** What the PDP cannot read in one question is no fault of those that came along. */
  async #askAlone({ question, resolve, reject }: Waiting): Promise<void> {
    try {
      const [answer] = await this.#pdp.ask([question]);
      if (answer) resolve(answer);
    } catch (error) {
      reject(error);
    }
  }
}

function bytesOf(answer: PdpAnswer | Promise<PdpAnswer>, key: string): number {
  const refused = 'refused' in answer ? answer.refused : [];
  return refused.reduce((sum, { path, message }) => sum + ENTRY + textBytes(path + message), ENTRY + textBytes(key));
}
