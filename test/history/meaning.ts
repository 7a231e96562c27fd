import { stringify } from 'safe-stable-stringify';
import type { Answer } from '../support/call.ts';
import { complaint } from '../oracle/judge.ts';
import { decide, type Question } from '../oracle/rules.ts';
import { emptyWorld, type AccessRequest, type World } from '../oracle/world.ts';
import { write, type Write } from '../oracle/writes.ts';
import type { Model, Operation } from './order.ts';

/** A write as it is sent; `about` is the access request that it answers, if there is one. */
export type Change = Write & { about?: Pick<AccessRequest, 'bcId' | 'id' | 'token'> | undefined };

/** Questions, which are asked as one batch where there are several; or a write. */
export type Call = { ask: Question[] } | { write: Change };

/** What came of a call. */
export interface Result {
  /** Of a check: an answer for each question. */
  answers?: Pick<Answer, 'status' | 'body'>[];
  /** Of a write: whether it was done or refused, and the access request that it made. */
  done?: boolean;
  made?: Pick<AccessRequest, 'id' | 'token'>;
}

/** An operation on one cell: a part of the world that shares nothing with the others. */
export interface CellOperation extends Operation, Result {
  cell: string;
  client: string;
  node: number;
  call: Call;
  /** What came back, for reports: a status, with its code if it is an error. */
  said: string;
}

/** A state of a cell, interned; `next` remembers where operations lead. */
interface CellState {
  world: World;
  next: Map<string, CellState | null>;
}

/** What operations mean, by the domain's rules as the oracle has them, from an empty world on. */
export function cellModel(): Model<CellState, CellOperation> {
  const states = new Map<string, CellState>();
  const intern = (world: World): CellState => {
    const key = keyOf(world);
    const known = states.get(key) ?? { world, next: new Map<string, CellState | null>() };
    states.set(key, known);
    return known;
  };
  return {
    initial: intern(emptyWorld()),
    kindOf: ({ call, done, outcome }) => {
      if ('ask' in call) return 'read';
      return done === true || outcome !== 'answered' ? 'write' : 'refused';
    },
    apply: (state, operation, forced) => {
      const { call, done, outcome } = operation;
      if ('ask' in call) return !forced && isRight(state.world, operation) ? state : null;
      const after = afterwards(state, operation, intern);
      if (done === true || outcome !== 'answered' || forced) return after;
      return after === null ? state : null;
    },
  };
}

/** Every answer is as the domain decides in this world. */
function isRight(world: World, { call, answers }: CellOperation): boolean {
  if (!('ask' in call) || !answers) return false;
  return call.ask.every((question, n) => complaint(decide(world, question), answers[n]!) === null);
}

/** The state after a write; null where the domain refuses it. */
function afterwards(
  state: CellState,
  { id, call, made }: CellOperation,
  intern: (world: World) => CellState,
): CellState | null {
  if (!('write' in call)) return null;
  const { write: change } = call;
  const key = change.do === 'request' ? `request ${id}` : JSON.stringify(change);
  const known = state.next.get(key);
  if (known !== undefined) return known;
  const world = structuredClone(state.world);
  const outcome = changed(world, change, made);
  if (outcome === 'undecided') throw new Error(`The domain does not say what this does: ${JSON.stringify(change)}`);
  const after = outcome === 'done' ? intern(world) : null;
  state.next.set(key, after);
  return after;
}

function changed(world: World, { about, ...change }: Change, made: CellOperation['made']) {
  if ('request' in change) {
    const request = world.requests.findIndex(({ id }) => id === about?.id);
    if (request === -1) return 'refused';
    change.request = request;
  }
  const outcome = write(world, change);
  if (outcome === 'done' && change.do === 'request' && made) {
    const { bcId, by: requestedBy, account, scopes } = change;
    world.requests.push({ ...made, bcId, requestedBy, account, scopes, status: 'PENDING' });
  }
  // An answered request answers every further try alike, as one that never was does.
  world.requests = world.requests.filter(({ status }: AccessRequest) => status === 'PENDING');
  return outcome;
}

/** The same text for the same world, in whatever order it came about. */
function keyOf(world: World): string {
  const text = stringify(world, (_, value: unknown) => {
    const plain = value instanceof Map ? Object.fromEntries(value) : value instanceof Set ? [...value] : value;
    const isEmpty = typeof plain === 'object' && plain !== null && Object.keys(plain).length === 0;
    if (isEmpty) return undefined;
    return value instanceof Set ? (plain as string[]).toSorted(compare) : plain;
  });
  return text ?? '';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}
