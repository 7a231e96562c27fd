import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { actorOf, callOf } from '../oracle/send.ts';
import { SERVICE_KEY } from '../support/service.ts';
import { answerOf, requestInit, type Answer, type CallOptions } from '../support/call.ts';
import type { Cell, Client } from './cells.ts';
import type { Call, CellOperation, Change, Result } from './meaning.ts';
import type { Random } from './random.ts';

/** Where a node serves now; a node that was started again serves elsewhere. */
export interface Node {
  url: string;
}

export interface Load {
  nodes: readonly Node[];
  cells: readonly Cell[];
  random: Random;
  /** How long a call may take before it counts as one that never ends, in milliseconds. */
  patience: number;
  /** Whether each client stays with one node; else each call goes to any. */
  keepsNode?: boolean;
}

/** After a call that came to nothing a client rests for so long. */
const REST_MS = 50;

/** Codes of a 503 that says that nobody knows yet whether the write happens. */
const OPEN = new Set(['outcome_unknown']);

/** Records every operation of many clients that are at work at once, with times of this process's clock. */
export class Recorder {
  readonly operations: CellOperation[] = [];
  readonly #load: Load;
  readonly #paces: ReadonlyMap<Cell, Pace>;

  constructor(load: Load) {
    this.#load = load;
    this.#paces = new Map(load.cells.map((cell) => [cell, new Pace(load.random)]));
  }

  /** Brings about what the cells begin with. */
  async begin(): Promise<void> {
    for (const cell of this.#load.cells) {
      const { done, said } = await this.#call(cell, 'begin', { write: { do: 'import', lines: cell.facts } });
      if (!done) throw new Error(`The world of ${cell.name} cannot be made: ${said}`);
    }
  }

  /** Lets all clients go on until so many operations are recorded, or until it is told to stop. */
  async run(operations: number, signal?: AbortSignal): Promise<void> {
    const end = this.operations.length + operations;
    const more = (): boolean => this.operations.length < end && signal?.aborted !== true;
    const clients = this.#load.cells.flatMap((cell) => cell.clients.map((client) => ({ cell, client })));
    await Promise.all(clients.map(async ({ cell, client }, n) => this.#act(cell, client, more, n)));
  }

  /** Asks through each node how each cell ended. */
  async end(): Promise<void> {
    for (const cell of this.#load.cells) {
      for (const node of this.#load.nodes.keys()) {
        for (const question of cell.questions) await this.#call(cell, 'end', { ask: [question] }, node);
      }
    }
  }

  async #act(cell: Cell, client: Client, more: () => boolean, n: number): Promise<void> {
    const { nodes, keepsNode } = this.#load;
    const node = keepsNode === true ? n % nodes.length : undefined;
    const pace = this.#paces.get(cell)!;
    let next = client.calls.next({});
    while (more()) {
      const operation = await this.#call(cell, client.name, next.value, node);
      if (operation.outcome !== 'answered') await delay(REST_MS);
      next = client.calls.next(operation);
      if ('ask' in operation.call) await pace.asked();
      else pace.wrote((operation.end ?? operation.start) - operation.start);
    }
    pace.end();
  }

  async #call(cell: Cell, client: string, call: Call, node = this.#load.random.below(this.#load.nodes.length)) {
    const operation: CellOperation = {
      id: this.operations.length,
      cell: cell.name,
      client,
      node,
      call,
      start: performance.now(),
      end: null,
      outcome: 'open',
      said: 'nothing',
    };
    this.operations.push(operation);
    const { url } = this.#load.nodes[node]!;
    try {
      const answer = await send(url, call, this.#load.patience);
      Object.assign(operation, readAnswer(call, answer), { end: performance.now() });
    } catch (error) {
      const { name, message, cause } = error as Error;
      operation.said = `${name} ${cause instanceof Error ? cause.message : message}`;
      // What was cut off may still happen, though nobody waits for it; what never got there does not.
      if (name !== 'TimeoutError') operation.end = performance.now();
      else operation.said = 'it never ended';
      const { code } = (cause ?? {}) as NodeJS.ErrnoException;
      if (code === 'ECONNREFUSED') operation.outcome = 'did not happen';
    }
    return operation;
  }
}

/** How many checks a cell sees for each write: those who ask go faster, and wait for those who write. */
const CHECKS_A_WRITE = 2;

/** Lets those who ask in a cell keep step with those who write. */
class Pace {
  readonly #random: Random;
  #ahead = 0;
  #ended = false;
  /** How long the last write took, in milliseconds. */
  #write = 0;
  #turn = Promise.withResolvers<void>();

  constructor(random: Random) {
    this.#random = random;
  }

  wrote(milliseconds: number): void {
    this.#ahead -= CHECKS_A_WRITE;
    this.#write = milliseconds;
    this.#wake();
  }

  /** Resolves when the next check may come: at any time during a write, not only after its end. */
  async asked(): Promise<void> {
    this.#ahead += 1;
    if (this.#ahead <= CHECKS_A_WRITE) return;
    while (this.#ahead > CHECKS_A_WRITE && !this.#ended) await this.#turn.promise;
    await delay(this.#random.below(Math.ceil(this.#write) + 1));
  }

  /** Nobody waits any more. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  #wake(): void {
    this.#turn.resolve();
    this.#turn = Promise.withResolvers<void>();
  }
}

async function send(url: string, call: Call, patience: number): Promise<Answer> {
  const { method, path, ...options } = 'ask' in call ? questionCall(call.ask) : changeCall(call.write);
  const init = requestInit(method, { key: SERVICE_KEY, ...options });
  return answerOf(await fetch(`${url}${path}`, { ...init, signal: AbortSignal.timeout(patience) }));
}

type Sent = CallOptions & { method: string; path: string };

function questionCall(questions: object[]): Sent {
  const [question, ...others] = questions;
  if (others.length === 0) return { method: 'POST', path: '/access/v1/evaluation', body: question };
  return { method: 'POST', path: '/access/v1/evaluations', body: { evaluations: questions } };
}

function changeCall({ about, ...change }: Change): Sent {
  if (change.do === 'expire') throw new Error('That is not sent.');
  const { person, ...call } = callOf(change, about);
  return { ...call, ...(person && { actor: actorOf(person) }) };
}

function readAnswer(call: Call, { status, body }: Answer): Result & Pick<CellOperation, 'outcome' | 'said'> {
  const said = status < 400 ? String(status) : `${status} ${body.code}`;
  // Who loses a race against another write is told so, and may try again.
  if (status === 409 && body.code === 'conflict') return { outcome: 'did not happen', said };
  if (status === 503) return { outcome: OPEN.has(body.code) && 'write' in call ? 'open' : 'did not happen', said };
  if (status >= 500) return { outcome: 'open', said };
  if ('write' in call)
    return { outcome: 'answered', said, done: status < 300, ...madeBy(call.write, { status, body }) };
  const bodies: unknown[] = call.ask.length === 1 || status !== 200 ? call.ask.map(() => body) : body.evaluations;
  return { outcome: 'answered', said, answers: bodies.map((one) => ({ status, body: one })) };
}

function madeBy(change: Change, { status, body }: Pick<Answer, 'status' | 'body'>): Pick<Result, 'made'> {
  if (change.do !== 'request' || status !== 201) return {};
  const token = new URL(body.consent_url).pathname.split('/').at(-1) ?? '';
  return { made: { id: body.id, token } };
}
