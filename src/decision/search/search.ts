import { LRUCache } from 'lru-cache';
import type { Query } from '../../domain/context.ts';
import { databaseError } from '../../domain/database-errors.ts';
import type { Reason } from '../../domain/errors.ts';
import { UNSEEN } from '../../domain/unseen.ts';
import { isGlob } from '@sparkgate/cerbos-policies/glob';
import { isOfThisService, type Bundle } from '../bundle.ts';
import type { Check } from '../check.ts';
import type { Decider } from '../decide.ts';
import { canonicalJson } from '@sparkgate/cerbos-pdp/canonical-json';
import { prepare, type PreparedCheck } from '../prepare.ts';
import { known, universe, type Candidate, type Candidates, type Sides } from './candidates.ts';
import { reachOf, TierVerdicts, type Reach } from './tier-verdicts.ts';
import type { Tiers } from './tier.ts';
import { inTiers, tiersAround } from './tiers.ts';
import { WhyNothing } from './why-nothing.ts';

/** One page of what was found. `next` is the key after which the search goes on; null = there is no more. */
export interface Found {
  ids: string[];
  next: string | null;
  /** Where nothing is found, whoever or whatever it might be: why not. */
  reasons: readonly Reason[];
}

export interface Place {
  after: string;
  limit: number;
}

/** Candidates, and the first of them. */
interface Start {
  candidates: Candidates;
  some: Candidate[];
  /** Whether a candidate is allowed, where its tier tells; null = it has to be looked at. */
  sure: (candidate: Candidate) => boolean | null;
}

/** Candidates that one call looks at; what is left is for the next page. */
const MOST_CANDIDATES = 20_000;

/** For how long one call begins on more of them, in milliseconds: where ids count, each may be a question of its own. */
const PATIENCE_MS = 2000;

/** Candidates in one statement; fewer where much is sent with a search, which is asked with each of them. */
const CHUNK = 500;
const CHUNK_CHARACTERS = 4_000_000;

/**
 * Search without a semantics of its own: SQL groups candidates in tiers, by what they have to do with the fixed side,
 * and gives them in key order. A tier whose every vector is decided alike is decided once; each candidate of any other
 * is decided like a check, on the same facts, by the same memo and PDP.
 */
export class Search {
  readonly #bundle: Bundle;
  readonly #decider: Decider;
  readonly #query: Query;
  readonly #patienceMs: number;
  readonly #verdicts: TierVerdicts;
  readonly #whyNothing: WhyNothing;
  /** How far the same search had to reach before, which is as far as it looks while it finds out. */
  readonly #reached = new LRUCache<string, { reach: Reach }>({ max: 10_000 });

  constructor(parts: { bundle: Bundle; decider: Decider; query: Query; patienceMs?: number }) {
    this.#patienceMs = parts.patienceMs ?? PATIENCE_MS;
    this.#bundle = parts.bundle;
    this.#decider = parts.decider;
    this.#query = parts.query;
    this.#verdicts = new TierVerdicts(parts.decider);
    this.#whyNothing = new WhyNothing(parts);
  }

  /** Who, or what, is allowed: the ids of the side that moves, whose own id in `check` counts for nothing. */
  async find(moving: Sides['moving'], check: Check, place: Place): Promise<Found> {
    const policy = this.#kind(check.resource.type);
    if (!policy) return this.#nothing(moving, check, false);
    const fixed = moving === 'subject' ? check.resource : check.subject;
    const prepared = prepare(check);
    const sides: Sides = {
      moving,
      type: check[moving].type,
      fixed,
      properties: prepared.question.properties,
      within: check.within,
    };
    const tiers = policy.mentionsIds || policy.mentionsTime ? null : tiersAround(sides);
    const most = chunkFor(check);
    const size = Math.min(place.limit + 1, most);
    const start = async (candidates: Candidates): Promise<Start> => ({
      candidates,
      some: await this.#some(candidates, place.after, size),
      sure: () => null,
    });
    const [isKnown, first] = await Promise.all([
      this.#known(fixed, check.within),
      tiers ? this.#near(tiers, sides, check, start) : start(universe(sides)),
    ]);
    if (!isKnown) return this.#nothing(moving, check, false);
    const found = await this.#scan(first, place, { size, most }, (id) => at(prepared, moving, id));
    const isNothing = found.ids.length === 0 && found.next === null && place.after === '';
    return isNothing ? this.#nothing(moving, check, true) : { ...found, reasons: [] };
  }

  async #nothing(moving: Sides['moving'], check: Check, isKnown: boolean): Promise<Found> {
    return { ids: [], next: null, reasons: await this.#whyNothing.found(moving, check, isKnown) };
  }

  /** Leaves out the tiers in which no vector is allowed. The nearest is always looked at, and often all there is. */
  async #near(
    tiers: Tiers,
    sides: Sides,
    check: Check,
    start: (candidates: Candidates) => Promise<Start>,
  ): Promise<Start> {
    const within = (reach: Reach): Candidates => (reach ? inTiers(tiers, reach, sides) : universe(sides));
    const { moving, type, fixed } = sides;
    const same = canonicalJson([check.action.name, check.subject.type, moving, type, fixed.type, fixed.id]);
    const [first, unrelated] = await Promise.all([
      start(within((this.#reached.get(same) ?? { reach: [] }).reach)),
      this.#decider.unrelated(moving, check),
    ]);
    const verdicts = await this.#verdicts.of(tiers, sides, check, unrelated.projection);
    const reach = reachOf(verdicts);
    this.#reached.set(same, { reach });
    const candidates = within(reach);
    const enough = candidates.text === first.candidates.text ? first : await start(candidates);
    if (!reach) return enough;
    const sure: Start['sure'] = ({ tier, revision }) => {
      const verdict = verdicts.tiers[tier];
      // A verdict holds for what was so when it was given.
      return verdict === 'SOME' || revision !== unrelated.revision ? null : verdict === 'ALL';
    };
    return { ...enough, sure };
  }

  async #scan(
    start: Start,
    { limit }: Place,
    chunk: { size: number; most: number },
    of: (id: string) => PreparedCheck,
  ): Promise<Omit<Found, 'reasons'>> {
    const until = performance.now() + this.#patienceMs;
    const ids: string[] = [];
    let { size } = chunk;
    let { some } = start;
    for (let seen = size; ; seen += size) {
      for (const { id } of await this.#allowed(some, start.sure, of)) {
        if (ids.length === limit) return { ids, next: ids.at(-1) ?? null };
        ids.push(id);
      }
      const last = some.at(-1);
      if (last === undefined || some.length < size) return { ids, next: null };
      if (seen >= MOST_CANDIDATES || performance.now() >= until) return { ids, next: last.id };
      size = Math.min(size * 2, chunk.most);
      some = await this.#some(start.candidates, last.id, size);
    }
  }

  async #allowed(
    some: readonly Candidate[],
    sure: Start['sure'],
    of: (id: string) => PreparedCheck,
  ): Promise<Candidate[]> {
    const open = some.filter((candidate) => sure(candidate) === null);
    const decided = open.length > 0 ? await this.#decider.allow(open.map(({ id }) => of(id))) : [];
    const allowed = new Set(open.filter((_, index) => decided[index]));
    return some.filter((candidate) => sure(candidate) ?? allowed.has(candidate));
  }

  /**
   * The actions of the kind that are allowed, all asked at once, and why there are none. Globs name no action, so they
   * are not among them.
   */
  async actions(check: Check): Promise<{ names: string[]; reasons: readonly Reason[] }> {
    const { subject, resource } = check;
    const actions = this.#kind(resource.type)?.actions ?? new Set();
    const [isSubject, isResource] = await Promise.all([
      this.#known(subject, check.within),
      this.#known(resource, check.within),
    ]);
    if (!isSubject || !isResource) {
      return {
        names: [],
        reasons: this.#whyNothing.unknown(check, { subject: isSubject, resource: isResource }, true),
      };
    }
    const names = [...actions].filter((name) => !isGlob(name)).toSorted();
    const checks = names.map((name) => prepare({ ...check, action: { ...check.action, name } }));
    const allowed = await this.#decider.allow(checks);
    const found = names.filter((_, index) => allowed[index]);
    // Where somebody may do nothing with a thing they may not know of it.
    return { names: found, reasons: found.length === 0 && check.byPerson ? [UNSEEN] : [] };
  }

  #kind(type: string) {
    return isOfThisService(type) ? undefined : this.#bundle.kinds.get(type);
  }

  async #some({ text, values }: Candidates, after: string, limit: number): Promise<Candidate[]> {
    return this.#query<Candidate>(text, [after, limit, ...values]).catch((error: unknown) => {
      throw databaseError(error);
    });
  }

  async #known({ type, id }: Sides['fixed'], within: Sides['within']): Promise<boolean> {
    const { text, values } = known(type, id, within);
    const [row] = await this.#query<{ known: boolean }>(text, values).catch((error: unknown) => {
      throw databaseError(error);
    });
    return row?.known === true;
  }
}

/** How many candidates are asked about at once. */
function chunkFor({ subject, action, resource, context }: Check): number {
  const sent = canonicalJson([subject.properties, action.properties, resource.properties, context]).length;
  return Math.min(CHUNK, Math.ceil(CHUNK_CHARACTERS / sent));
}

/** The check with another id on the side that moves. */
function at({ check, question }: PreparedCheck, moving: Sides['moving'], id: string): PreparedCheck {
  return {
    check: { ...check, [moving]: { ...check[moving], id } },
    question: { ...question, [moving === 'subject' ? 'subjectId' : 'resourceId']: id },
  };
}
