import type { Query } from '../../domain/context.ts';
import { databaseError } from '../../domain/database-errors.ts';
import type { Bundle } from '../bundle.ts';
import type { Check } from '../check.ts';
import { SERVICE_KIND, type Decider } from '../decide.ts';
import { prepare } from '../prepare.ts';
import { isStoredKind } from '../project.ts';
import { known, reached, universe, type Candidates, type Sides } from './candidates.ts';

/** One page of what was found. `next` is the key after which the search goes on; null = there is no more. */
export interface Found {
  ids: string[];
  next: string | null;
}

export interface Place {
  after: string;
  limit: number;
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

  constructor(parts: { bundle: Bundle; decider: Decider; query: Query }) {
    this.#bundle = parts.bundle;
    this.#decider = parts.decider;
    this.#query = parts.query;
  }

  /** Who, or what, is allowed: the ids of the side that moves, whose own id in `check` counts for nothing. */
  async find(moving: Sides['moving'], check: Check, place: Place): Promise<Found> {
    const candidates = await this.#candidates(moving, check);
    return candidates ? this.#scan(candidates, place, (id) => at(check, moving, id)) : { ids: [], next: null };
  }

  async #scan(candidates: Candidates, { after, limit }: Place, check: (id: string) => Check): Promise<Found> {
    const ids: string[] = [];
    let last = after;
    let size = Math.min(limit + 1, CHUNK);
    for (let seen = 0; seen < MOST_CANDIDATES; seen += size) {
      size = seen === 0 ? size : Math.min(size * 2, CHUNK);
      const some = await this.#ids(candidates, last, size);
      const allowed = await this.#decider.allow(some.map((id) => prepare(check(id))));
      for (const [index, id] of some.entries()) {
        if (allowed[index] !== true) continue;
        if (ids.length === limit) return { ids, next: ids.at(-1) ?? null };
        ids.push(id);
      }
      if (some.length < size) return { ids, next: null };
      last = some.at(-1) ?? last;
    }
    return { ids, next: last };
  }

  /** The actions of the kind that are allowed, all asked at once. Globs name no action, so they are not among them. */
  async actions(check: Check): Promise<string[]> {
    const { subject, resource } = check;
    const actions = this.#kind(resource.type)?.actions ?? new Set();
    const both = await Promise.all([this.#known(subject), this.#known(resource)]);
    if (both.includes(false)) return [];
    const names = [...actions].filter((name) => !name.includes('*')).toSorted();
    const checks = names.map((name) => prepare({ ...check, action: { ...check.action, name } }));
    const allowed = await this.#decider.allow(checks);
    return names.filter((_, index) => allowed[index]);
  }

  #kind(type: string) {
    return type === SERVICE_KIND ? undefined : this.#bundle.kinds.get(type);
  }

  /** Null when the fixed side, or the kind, is unknown: then nothing is found. */
  async #candidates(moving: Sides['moving'], check: Check): Promise<Candidates | null> {
    const fixed = moving === 'subject' ? check.resource : check.subject;
    const policy = this.#kind(check.resource.type);
    if (!policy || !(await this.#known(fixed))) return null;
    const { properties } = prepare(check).question;
    const sides: Sides = { moving, type: check[moving].type, fixed, properties };
    const bounded = isStoredKind(check.resource.type) && !policy.mentionsIds && !policy.mentionsTime;
    const near = bounded ? reached(sides) : null;
    if (near && !(await this.#decider.allowsStranger(sides, check))) return near;
    return universe(sides.type);
  }

  async #ids({ text, values }: Candidates, after: string, limit: number): Promise<string[]> {
    const rows = await this.#query<{ id: string }>(text, [after, limit, ...values]).catch((error: unknown) => {
      throw databaseError(error);
    });
    return rows.map((row) => row.id);
  }

  async #known({ type, id }: { type: string; id: string }): Promise<boolean> {
    const { text, values } = known(type, id);
    const [row] = await this.#query<{ known: boolean }>(text, values).catch((error: unknown) => {
      throw databaseError(error);
    });
    return row?.known === true;
  }
}

/** The check with another id on the side that moves. */
function at(check: Check, moving: Sides['moving'], id: string): Check {
  return { ...check, [moving]: { ...check[moving], id } };
}
