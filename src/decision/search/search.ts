import { LRUCache } from 'lru-cache';
import type { Query } from '../../domain/context.ts';
import { databaseError } from '../../domain/database-errors.ts';
import { isOfThisService, type Bundle } from '../bundle.ts';
import type { Check } from '../check.ts';
import type { Decider } from '../decide.ts';
import { exactText } from '../exact-text.ts';
import { prepare, type PreparedCheck } from '../prepare.ts';
import type { Projection } from '../project.ts';
import { known, universe, type Candidates, type Sides } from './candidates.ts';
import { inRings, ringsAround, type Rings } from './rings.ts';

/** One page of what was found. `next` is the key after which the search goes on; null = there is no more. */
export interface Found {
  ids: string[];
  next: string | null;
}

export interface Place {
  after: string;
  limit: number;
}

const NOTHING: Found = { ids: [], next: null };

/** Candidates, and the first of them. */
interface Start {
  candidates: Candidates;
  ids: string[];
}

/** Candidates that one call looks at; what is left is for the next page. */
const MOST_CANDIDATES = 20_000;

/** Candidates in one statement. */
const CHUNK = 500;

/**
 * Search without a semantics of its own: SQL names candidates in key order, and each of them is decided like a check,
 * on the same facts, by the same memo and PDP.
 */
export class Search {
  readonly #bundle: Bundle;
  readonly #decider: Decider;
  readonly #query: Query;
  /** What became of {@link Search.#hopes}: a hundred decisions that are the same for everybody like this one. */
  readonly #hoped = new LRUCache<string, readonly boolean[]>({ max: 10_000 });

  constructor(parts: { bundle: Bundle; decider: Decider; query: Query }) {
    this.#bundle = parts.bundle;
    this.#decider = parts.decider;
    this.#query = parts.query;
  }

  /** Who, or what, is allowed: the ids of the side that moves, whose own id in `check` counts for nothing. */
  async find(moving: Sides['moving'], check: Check, place: Place): Promise<Found> {
    const policy = this.#kind(check.resource.type);
    if (!policy) return NOTHING;
    const fixed = moving === 'subject' ? check.resource : check.subject;
    const prepared = prepare(check);
    const sides: Sides = {
      moving,
      type: check[moving].type,
      fixed,
      properties: prepared.question.properties,
      within: check.within,
    };
    const rings = policy.mentionsIds || policy.mentionsTime ? null : ringsAround(sides);
    const size = Math.min(place.limit + 1, CHUNK);
    const start = async (candidates: Candidates): Promise<Start> => ({
      candidates,
      ids: await this.#ids(candidates, place.after, size),
    });
    const [isKnown, first] = await Promise.all([
      this.#known(fixed, check.within),
      rings ? this.#near(rings, sides, check, start) : start(universe(sides)),
    ]);
    return isKnown ? this.#scan(first, place, size, (id) => at(prepared, moving, id)) : NOTHING;
  }

  /** Leaves out the rings in which no vector is allowed. The nearest is always looked at, and often all there is. */
  async #near(
    rings: Rings,
    sides: Sides,
    check: Check,
    start: (candidates: Candidates) => Promise<Start>,
  ): Promise<Start> {
    const decider = this.#decider;
    const [nearest, nobody] = await Promise.all([
      start(inRings(rings, [], sides)),
      decider.nobody(sides.moving, check),
    ]);
    const [rest, ...beyond] = await this.#hopes(rings, sides, { check, nobody });
    if (rest) return start(universe(sides));
    const wanted = rings.beyond.filter((_, index) => beyond[index]);
    return wanted.length > 0 ? start(inRings(rings, wanted, sides)) : nearest;
  }

  /** Whether any vector is allowed in what is left of the type, and in each ring beyond the nearest. */
  async #hopes(
    rings: Rings,
    { moving, type, fixed, properties }: Sides,
    { check, nobody }: { check: Check; nobody: Projection },
  ): Promise<readonly boolean[]> {
    const decider = this.#decider;
    const decide = async (): Promise<boolean[]> =>
      Promise.all(
        [rings.rest, ...rings.beyond.map(({ vectors }) => vectors)].map(async (vectorsFor) => {
          const vectors = vectorsFor(nobody);
          return vectors === null || decider.allowsAny(check, vectors);
        }),
      );
    if (!decider.answersLast) return decide();
    const named = properties.bc_id != null;
    const key = exactText([check.action.name, check.subject.type, moving, type, fixed.type, named, nobody]);
    const before = this.#hoped.get(key);
    if (before) return before;
    const hopes = await decide();
    this.#hoped.set(key, hopes);
    return hopes;
  }

  async #scan(start: Start, { limit }: Place, startSize: number, of: (id: string) => PreparedCheck): Promise<Found> {
    const ids: string[] = [];
    let size = startSize;
    let some = start.ids;
    for (let seen = size; ; seen += size) {
      const allowed = await this.#decider.allow(some.map((id) => of(id)));
      for (const [index, id] of some.entries()) {
        if (allowed[index] !== true) continue;
        if (ids.length === limit) return { ids, next: ids.at(-1) ?? null };
        ids.push(id);
      }
      const last = some.at(-1);
      if (last === undefined || some.length < size) return { ids, next: null };
      if (seen >= MOST_CANDIDATES) return { ids, next: last };
      size = Math.min(size * 2, CHUNK);
      some = await this.#ids(start.candidates, last, size);
    }
  }

  /** The actions of the kind that are allowed, all asked at once. Globs name no action, so they are not among them. */
  async actions(check: Check): Promise<string[]> {
    const { subject, resource } = check;
    const actions = this.#kind(resource.type)?.actions ?? new Set();
    const both = await Promise.all([this.#known(subject, check.within), this.#known(resource, check.within)]);
    if (both.includes(false)) return [];
    const names = [...actions].filter((name) => !name.includes('*')).toSorted();
    const checks = names.map((name) => prepare({ ...check, action: { ...check.action, name } }));
    const allowed = await this.#decider.allow(checks);
    return names.filter((_, index) => allowed[index]);
  }

  #kind(type: string) {
    return isOfThisService(type) ? undefined : this.#bundle.kinds.get(type);
  }

  async #ids({ text, values }: Candidates, after: string, limit: number): Promise<string[]> {
    const rows = await this.#query<{ id: string }>(text, [after, limit, ...values]).catch((error: unknown) => {
      throw databaseError(error);
    });
    return rows.map((row) => row.id);
  }

  async #known({ type, id }: Sides['fixed'], within: Sides['within']): Promise<boolean> {
    const { text, values } = known(type, id, within);
    const [row] = await this.#query<{ known: boolean }>(text, values).catch((error: unknown) => {
      throw databaseError(error);
    });
    return row?.known === true;
  }
}

/** The check with another id on the side that moves. */
function at({ check, question }: PreparedCheck, moving: Sides['moving'], id: string): PreparedCheck {
  return {
    check: { ...check, [moving]: { ...check[moving], id } },
    question: { ...question, [moving === 'subject' ? 'subjectId' : 'resourceId']: id },
  };
}
