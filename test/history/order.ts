/**
 * What became of an operation, as far as its caller knows: it was answered; it was answered that it did not happen; or
 * nobody knows, and it may still happen at any time.
 */
export type Outcome = 'answered' | 'did not happen' | 'open';

/** One operation of a history. Times are of one monotone clock; an operation that never ended has none. */
export interface Operation {
  id: number;
  start: number;
  end: number | null;
  outcome: Outcome;
}

/**
 * What operations mean. States are interned: the same state is the same object.
 * `apply` gives the state after an operation that came to what was recorded of it, and null where it cannot have come to
 * that in this state. With `forced` the answer is left aside: what if it took effect?
 */
export interface Model<State extends object, Op extends Operation> {
  initial: State;
  apply: (state: State, operation: Op, forced?: 'forced') => State | null;
  /** A write that was refused changes nothing, if that is true. */
  kindOf: (operation: Op) => 'read' | 'write' | 'refused';
}

/** An operation whose answer no order explains; `culprit` explains it, if that took effect against its answer. */
export interface Unexplained<Op> {
  operation: Op;
  culprit: Op | null;
}

/** One way in which all that was answered so far can have happened. */
interface Way<State> {
  state: State;
  /** Writes under way that took effect already. */
  done: ReadonlySet<number>;
  /** Reads under way whose answer was right at some moment. */
  seen: ReadonlySet<number>;
  /** Writes of open outcome that took effect. */
  used: ReadonlySet<number>;
}

/** How many writes that were said not to have happened are tried as an explanation, and for how many answers. */
const SUSPECTS = 100;
const SUSPICIONS = 50;

/**
 * Whether there is an order of all operations, in which each takes effect at one moment between its start and its end,
 * that explains every answer (linearizability; decided by just-in-time linearization: all ways are carried along, and
 * effects are put in an order as late as possible). What nobody can explain is told and left out, and the search goes on.
 */
export function unexplained<State extends object, Op extends Operation>(
  operations: readonly Op[],
  model: Model<State, Op>,
): Unexplained<Op>[] {
  const search = new Search(model);
  for (const { operation, ends } of eventsOf(operations)) {
    if (!ends) search.begin(operation);
    else search.end(operation);
  }
  return search.found;
}

/** Starts before ends where both are at the same moment: then the two overlap. */
function eventsOf<Op extends Operation>(operations: readonly Op[]): { operation: Op; ends: boolean }[] {
  return operations
    .flatMap((operation) => [
      { operation, ends: false, at: operation.start },
      ...(operation.end === null ? [] : [{ operation, ends: true, at: operation.end }]),
    ])
    .toSorted((a, b) => a.at - b.at || Number(a.ends) - Number(b.ends));
}

class Search<State extends object, Op extends Operation> {
  readonly found: Unexplained<Op>[] = [];
  readonly #model: Model<State, Op>;
  /** Under way, or of open outcome. */
  readonly #writes = new Map<number, Op>();
  readonly #reads = new Map<number, Op>();
  /** Did not happen, or changed nothing, as was answered. */
  #suspects: Op[] = [];
  #ways: Way<State>[];

  constructor(model: Model<State, Op>) {
    this.#model = model;
    this.#ways = [{ state: model.initial, done: new Set(), seen: new Set(), used: new Set() }];
  }

  begin(operation: Op): void {
    const kind = this.#model.kindOf(operation);
    const happens = operation.outcome !== 'did not happen';
    if (kind === 'refused' || (kind === 'write' && !happens)) {
      this.#suspects = [operation, ...this.#suspects].slice(0, SUSPECTS);
    }
    if (!happens) return;
    if (kind === 'write') this.#writes.set(operation.id, operation);
    else {
      this.#reads.set(operation.id, operation);
      this.#ways = this.#ways.map((way) => this.#look(way));
    }
  }

  end(operation: Op): void {
    if (operation.outcome === 'answered' && !this.#explain(operation)) this.#explainOtherwise(operation);
    if (operation.outcome !== 'open') this.#writes.delete(operation.id);
    this.#reads.delete(operation.id);
    const { id } = operation;
    this.#ways = fewest(
      this.#ways.map((way) => ({ ...way, done: without(way.done, id), seen: without(way.seen, id) })),
    );
  }

  #explain({ id }: Op, suspect?: Op): boolean {
    const ways = this.#waysTo(id, suspect);
    if (ways.length > 0) this.#ways = ways;
    return ways.length > 0;
  }

  #explainOtherwise(operation: Op): void {
    const all = this.found.length < SUSPICIONS ? this.#suspects : [];
    const suspects = all.toSorted((a, b) => Number(a.outcome === 'answered') - Number(b.outcome === 'answered'));
    const culprit = suspects.find((suspect) => suspect !== operation && this.#explain(operation, suspect)) ?? null;
    if (culprit) this.#suspects = this.#suspects.filter((it) => it !== culprit);
    this.found.push({ operation, culprit });
  }

  /** All ways in which an operation has been explained, after as few further effects as can be. */
  #waysTo(id: number, suspect?: Op): Way<State>[] {
    const reached: Way<State>[] = [];
    const known = new Set<string>();
    const names = new Names();
    const queue = [...this.#ways];
    for (let way = queue.pop(); way; way = queue.pop()) {
      const name = names.of(way);
      if (known.has(name)) continue;
      known.add(name);
      if (way.seen.has(id) || way.done.has(id)) reached.push(way);
      else queue.push(...this.#next(way, suspect));
    }
    return fewest(reached);
  }

  /** The ways that one further effect leads to. */
  #next(way: Way<State>, suspect?: Op): Way<State>[] {
    const next: Way<State>[] = [];
    for (const write of this.#writes.values()) {
      const isOpen = write.outcome === 'open';
      if ((isOpen ? way.used : way.done).has(write.id)) continue;
      const state = this.#model.apply(way.state, write);
      if (state === null || (isOpen && state === way.state)) continue;
      if (isOpen) next.push(this.#look({ ...way, state, used: new Set([...way.used, write.id]) }));
      else next.push(this.#look({ ...way, state, done: new Set([...way.done, write.id]) }));
    }
    if (suspect && !way.used.has(suspect.id)) {
      const state = this.#model.apply(way.state, suspect, 'forced');
      if (state !== null) next.push(this.#look({ ...way, state, used: new Set([...way.used, suspect.id]) }));
    }
    return next;
  }

  /** A read may take effect as soon as its answer is right: it stands in nobody's way. */
  #look(way: Way<State>): Way<State> {
    const right = [...this.#reads.values()].filter(
      (read) => !way.seen.has(read.id) && this.#model.apply(way.state, read) !== null,
    );
    return right.length === 0 ? way : { ...way, seen: new Set([...way.seen, ...right.map(({ id }) => id)]) };
  }
}

/** Names for ways, by which the same are found. */
class Names {
  readonly #states = new Map<object, number>();

  of({ state, done, seen, used }: Way<object>): string {
    const known = this.#states.get(state) ?? this.#states.size;
    this.#states.set(state, known);
    return [[known], done, seen, used].map((ids) => [...ids].toSorted((a, b) => a - b).join(' ')).join('/');
  }
}

/** Without the ways that another one makes superfluous: the same state, with no more used up and no less seen. */
function fewest<State extends object>(ways: Way<State>[]): Way<State>[] {
  const kept: Way<State>[] = [];
  for (const way of ways) {
    if (kept.some((other) => covers(other, way))) continue;
    const rest = kept.filter((other) => !covers(way, other));
    kept.splice(0, kept.length, ...rest, way);
  }
  return kept;
}

function covers<State extends object>(one: Way<State>, other: Way<State>): boolean {
  if (one.state !== other.state) return false;
  if (one.done.size !== other.done.size || !one.done.isSubsetOf(other.done)) return false;
  return one.used.isSubsetOf(other.used) && other.seen.isSubsetOf(one.seen);
}

function without(ids: ReadonlySet<number>, id: number): ReadonlySet<number> {
  return ids.has(id) ? new Set([...ids].filter((it) => it !== id)) : ids;
}
