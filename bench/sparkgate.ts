import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Child } from './child.ts';
import { Connection } from './connection.ts';
import { draw, type Question } from './draw.ts';
import { load, type Measured } from './load.ts';
import type { Answers, Count, Message, Said } from './service.ts';
import { facts, LARGE, OF_A_CENTER } from './world.ts';

/** How many checks are asked before anything is measured: they tell which vectors there are. */
export const FIRST = 20_000;

/** Evaluations in one batch, and batches in flight. */
export const BATCH = { size: 50, inFlight: 4 };

/** What the first checks taught, and what the PDP was asked for them. */
export type First = Answers & { questions: number; calls: number };

/** One Sparkgate with a world of its own, under load. */
export class Sparkgate {
  readonly relationships: number;
  readonly #child: Child;
  readonly #said: Said;
  readonly #questions: Iterator<Question, never>;
  readonly #inBatches: Iterator<Question, never>;

  private constructor(relationships: number, child: Child, said: Said) {
    this.relationships = relationships;
    this.#child = child;
    this.#said = said;
    this.#questions = draw(this.#centers);
    this.#inBatches = draw(this.#centers, 2);
  }

  /** @param tree the folder of another version of this project */
  static async start(relationships: number, execArgv: readonly string[], tree?: string): Promise<Sparkgate> {
    const child = new Child('service', execArgv, tree);
    return new Sparkgate(relationships, child, await child.hear<Said>());
  }

  get postgres(): string {
    return this.#said.postgres;
  }

  get #centers(): number {
    return Math.ceil((this.relationships - LARGE.relationships) / OF_A_CENTER.relationships);
  }

  /** Imports the world over HTTP; resolves with how many lines it had and how many seconds that took. */
  async import(onProgress: (lines: number) => void): Promise<{ lines: number; seconds: number }> {
    let lines = 0;
    const count = (all: number): void => onProgress((lines = all));
    const since = performance.now();
    const sending = request(new URL('/v1/relationships/import', this.#said.url), {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.#said.key}`, 'Content-Type': 'application/x-ndjson' },
    });
    const answered = new Promise<string>((resolve, reject) => {
      sending.once('error', reject).once('response', (response) => {
        text(response).then((body) => (response.statusCode === 200 ? resolve(body) : reject(new Error(body))), reject);
      });
    });
    await Promise.all([answered, pipeline(Readable.from(ndjson(this.#centers, count)), sending)]);
    return { lines, seconds: (performance.now() - since) / 1000 };
  }

  /** Asks the first checks, each of which may be the first of its vector. */
  async first(): Promise<First> {
    const before = await this.#ask<Count>({ settle: true });
    const answers = await this.#ask<Answers>({ centers: this.#centers, checks: FIRST });
    for (let n = 0; n < FIRST; n += 1) this.#questions.next();
    const after = await this.count();
    const questions = after.pdpQuestions - before.pdpQuestions;
    return { ...answers, questions, calls: after.pdpCalls - before.pdpCalls };
  }

  async count(): Promise<Count> {
    return this.#ask({ counters: true });
  }

  /** One check a request. */
  async evaluation(inFlight: number, seconds: number): Promise<Measured> {
    return this.#load('/access/v1/evaluation', inFlight, seconds, () => this.#questions.next().value);
  }

  /** A batch of checks a request. */
  async evaluations(seconds: number): Promise<Measured> {
    return this.#load('/access/v1/evaluations', BATCH.inFlight, seconds, () => ({
      evaluations: Array.from({ length: BATCH.size }, () => this.#inBatches.next().value),
    }));
  }

  /** One check a request, out of these; each is a body. */
  async checks(bodies: readonly string[], inFlight: number, seconds: number): Promise<Measured> {
    const headers = { Authorization: `Bearer ${this.#said.key}` };
    return loadBodies(`${this.#said.url}/access/v1/evaluation`, { bodies, inFlight, seconds, headers });
  }

  /** A connection for one request at a time. */
  connect(path: string, key = this.#said.key, method = 'POST'): Connection {
    return new Connection(this.#said.url + path, { Authorization: `Bearer ${key}` }, method);
  }

  /** Another key, which may check. */
  async newKey(): Promise<string> {
    const response = await fetch(`${this.#said.url}/v1/api-keys`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.#said.key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'another', permissions: ['check'] }),
    });
    return ((await response.json()) as { key: string }).key;
  }

  /** Memory of the service's process, in megabytes. */
  async memory(): Promise<number> {
    return (await this.count()).rss / 1e6;
  }

  async end(): Promise<void> {
    await this.#child.end();
  }

  async #ask<Answer>(message: Message): Promise<Answer> {
    return this.#child.ask<Answer>(message);
  }

  async #load(path: string, inFlight: number, seconds: number, next: () => object): Promise<Measured> {
    return loadUrl(this.#said.url + path, inFlight, seconds, next, { Authorization: `Bearer ${this.#said.key}` });
  }
}

/** Posts bodies to one address, one connection a request in flight. */
export async function loadUrl(
  url: string,
  inFlight: number,
  seconds: number,
  next: () => object,
  headers: Record<string, string> = {},
): Promise<Measured> {
  const connections = Array.from({ length: inFlight }, () => new Connection(url, headers));
  try {
    return await load(inFlight, seconds, async (slot) => connections[slot]!.post(JSON.stringify(next())));
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** The same with bodies that are there already, one after the other, so that drawing them takes no time of the load's. */
export async function loadBodies(
  url: string,
  {
    bodies,
    inFlight,
    seconds,
    headers = {},
  }: { bodies: readonly string[]; inFlight: number; seconds: number; headers?: Record<string, string> },
): Promise<Measured> {
  const connections = Array.from({ length: inFlight }, () => new Connection(url, headers));
  let next = 0;
  try {
    return await load(inFlight, seconds, async (slot) => connections[slot]!.post(bodies[next++ % bodies.length]!));
  } finally {
    for (const connection of connections) connection.close();
  }
}

const LINES_AT_ONCE = 1000;

function* ndjson(centers: number, onProgress: (lines: number) => void): Generator<string> {
  let lines = 0;
  let chunk = '';
  for (const fact of facts(centers)) {
    chunk += `${JSON.stringify(fact)}\n`;
    lines += 1;
    if (lines % LINES_AT_ONCE !== 0) continue;
    yield chunk;
    onProgress(lines);
    chunk = '';
  }
  yield chunk;
  onProgress(lines);
}
