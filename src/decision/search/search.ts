import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import type { OpenSession, Query, Reading, ReadFresh } from '../../domain/context.ts';
import type { Reason } from '../../domain/errors.ts';
import { UNSEEN } from '../../domain/unseen.ts';
import { isGlob } from '@sparkgate/cerbos-policies/glob';
import { isOfThisService, type Bundle } from '../bundle.ts';
import type { Check } from '../check.ts';
import type { Decider } from '../decide.ts';
import { canonicalJson } from '@sparkgate/cerbos-pdp/canonical-json';
import { project } from '../../facts/kinds.ts';
import type { Loaded } from '../../facts/slice.ts';
import { prepare, type PreparedCheck } from '../prepare.ts';
import { universe, type Sides } from './candidates.ts';
import { look, lookAtBoth, type Look } from './look.ts';
import { ALL, covers, depthOf, NEAREST, type Depth } from './depth.ts';
import { TierVerdicts, type Verdict } from './tier-verdicts.ts';
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

/** A search, and what of it is worked out once. */
interface Asked {
  check: Check;
  prepared: PreparedCheck;
  sides: Sides;
  /** null = every candidate has to be looked at. */
  tiers: Tiers | null;
  /** What all searches share that reach equally far. */
  like: string;
}

/** Some candidates of one moment, decided. */
interface Part {
  /** The facts of an id that cannot exist; null where the side that stands still is unknown. */
  unrelated: Loaded | null;
  allowed: string[];
  /** The last candidate, where there may be more. */
  last: string | null;
}

/** Candidates that one call looks at; what is left is for the next page. */
const MOST_CANDIDATES = 20_000;

/** For how long one call begins on more of them, in milliseconds: where ids count, each may be a question of its own. */
const PATIENCE_MS = 2000;

/** Candidates in one statement; fewer where much is sent with a search, which is asked with each of them. */
const CHUNK = 500;
const CHUNK_CHARACTERS = 4_000_000;

/** Snapshots at once: each keeps a connection, which checks and writes want, too. */
const SNAPSHOTS = 4;

/**
 * Search without a semantics of its own: SQL groups candidates in tiers, by what they have to do with the fixed side,
 * and gives them in key order. A tier whose every vector is decided alike is decided once; each candidate of any other
 * is decided like a check, by the same memo and PDP. Candidates and facts are of one moment: of one statement, or, where
 * that does not do, of one snapshot.
 */
export class Search {
  readonly #bundle: Bundle;
  readonly #decider: Decider;
  readonly #read: ReadFresh;
  readonly #patienceMs: number;
  readonly #verdicts: TierVerdicts;
  readonly #whyNothing: WhyNothing;
  readonly #snapshots = pLimit(SNAPSHOTS);
  /** How deep the same search had to look before. */
  readonly #depths = new LRUCache<string, Depth>({ max: 10_000 });

  constructor(parts: { bundle: Bundle; decider: Decider; read: ReadFresh; patienceMs?: number }) {
    this.#patienceMs = parts.patienceMs ?? PATIENCE_MS;
    this.#bundle = parts.bundle;
    this.#decider = parts.decider;
    this.#read = parts.read;
    this.#verdicts = new TierVerdicts(parts.decider);
    this.#whyNothing = new WhyNothing(parts);
  }

  /** Who, or what, is allowed: the ids of the side that moves, whose own id in `check` counts for nothing. */
  async find(moving: Sides['moving'], check: Check, place: Place): Promise<Found> {
    const policy = this.#kind(check.resource.type);
    if (!policy) return this.#nothing(moving, check, null);
    const until = performance.now() + this.#patienceMs;
    const fixed = moving === 'subject' ? check.resource : check.subject;
    const prepared = prepare(check);
    const { type } = check[moving];
    const sides: Sides = { moving, type, fixed, properties: prepared.question.properties, within: check.within };
    const tiers = policy.mentionsIds || policy.mentionsTime ? null : tiersAround(sides);
    const like = canonicalJson([check.action.name, check.subject.type, moving, type, fixed.type, fixed.id]);
    const asked = { check, prepared, sides, tiers, like };
    return this.#read(async (from) => this.#found(from, asked, place, until));
  }

  async #found({ query, session }: Reading, asked: Asked, place: Place, until: number): Promise<Found> {
    const most = chunkFor(asked.check);
    const size = Math.min(place.limit + 1, most);
    const first = await this.#part(query, asked, place.after, size);
    const found = pageOf(first, place.limit, performance.now() >= until);
    if (found !== null) return this.#told(asked, place, found, first.unrelated);
    const effort = { size: Math.min(size * 2, most), most, until };
    return this.#snapshots(async () => this.#inSnapshot(session, asked, place, effort));
  }

  async #told(
    { sides: { moving }, check }: Asked,
    { after }: Place,
    found: Omit<Found, 'reasons'>,
    unrelated: Loaded | null,
  ): Promise<Found> {
    const isNothing = unrelated === null || (found.ids.length === 0 && found.next === null && after === '');
    return isNothing ? this.#nothing(moving, check, unrelated) : { ...found, reasons: [] };
  }

  async #nothing(moving: Sides['moving'], check: Check, unrelated: Loaded | null): Promise<Found> {
    return { ids: [], next: null, reasons: await this.#whyNothing.found(moving, check, unrelated) };
  }

  /** What the first candidates do not fill is begun anew, part by part. */
  async #inSnapshot(
    open: OpenSession,
    asked: Asked,
    place: Place,
    { size, most, until }: { size: number; most: number; until: number },
  ): Promise<Found> {
    await using session = await open('search');
    await using _moment = await session.snapshot();
    const all: Part = { unrelated: null, allowed: [], last: place.after };
    for (let [limit, seen] = [size, 0]; ; limit = Math.min(limit * 2, most)) {
      const { unrelated, allowed, last } = await this.#part(session.query, asked, all.last ?? '', limit);
      seen += limit;
      all.allowed.push(...allowed);
      Object.assign(all, { unrelated, last });
      const found = pageOf(all, place.limit, seen >= MOST_CANDIDATES || performance.now() >= until);
      if (found !== null) return await this.#told(asked, place, found, unrelated);
    }
  }

  /** Looks at the next candidates, as deep as their tiers' verdicts of that very moment say, and decides them. */
  async #part(query: Query, asked: Asked, after: string, limit: number): Promise<Part> {
    const { tiers, sides, check, prepared, like } = asked;
    let depth = tiers ? (this.#depths.get(like) ?? NEAREST) : ALL;
    for (let tries = 1; ; tries += 1) {
      const { reach, open } = depth;
      const candidates = tiers && reach ? inTiers(tiers, reach, sides) : universe(sides);
      const seen = await look(query, sides, prepared.question, {
        candidates,
        tiers: open,
        after,
        limit,
        timeZone: this.#decider.timeZone,
      });
      if (!seen.known) return { unrelated: null, allowed: [], last: null };
      const verdicts =
        tiers && (await this.#verdicts.of(tiers, sides, check, project(seen.unrelated, this.#bundle.vocabulary)));
      const needed = verdicts ? depthOf(verdicts) : ALL;
      this.#depths.set(like, needed);
      if (covers(depth, needed)) return this.#decided(seen, check, verdicts?.tiers ?? [], limit);
      // What it hangs on may have changed meanwhile.
      depth = tries === 1 ? needed : ALL;
    }
  }

  async #decided(seen: Look, check: Check, verdicts: readonly Verdict[], limit: number): Promise<Part> {
    const open = seen.candidates.flatMap(({ facts }) => (facts ? [{ check: withIds(check, facts), facts }] : []));
    const decided = await this.#decider.allowOn(open);
    const verdictOn = new Map(open.map(({ facts }, index) => [facts, decided[index] === true]));
    const isAllowed = ({ tier, facts }: Look['candidates'][number]): boolean =>
      facts ? verdictOn.get(facts) === true : verdicts[tier] === 'ALL';
    return {
      unrelated: seen.unrelated,
      allowed: seen.candidates.filter(isAllowed).map(({ id }) => id),
      last: seen.candidates.length < limit ? null : (seen.candidates.at(-1)?.id ?? null),
    };
  }

  /**
   * The actions of the kind that are allowed, all asked at once, and why there are none. Globs name no action, so they
   * are not among them.
   */
  async actions(check: Check): Promise<{ names: string[]; reasons: readonly Reason[] }> {
    const actions = this.#kind(check.resource.type)?.actions ?? new Set();
    const names = [...actions].filter((name) => !isGlob(name)).toSorted();
    const checks = names.map((name) => prepare({ ...check, action: { ...check.action, name } }));
    const { question } = checks[0] ?? prepare(check);
    const { known, facts } = await this.#read(async ({ query }) =>
      lookAtBoth(query, check, question, this.#decider.timeZone),
    );
    if (!known.subject || !known.resource) {
      return { names: [], reasons: this.#whyNothing.unknown(check, known, true) };
    }
    const allowed = await this.#decider.allowOn(checks.map((it) => ({ check: it.check, facts })));
    const found = names.filter((_, index) => allowed[index]);
    // Where somebody may do nothing with a thing they may not know of it.
    return { names: found, reasons: found.length === 0 && check.byPerson ? [UNSEEN] : [] };
  }

  #kind(type: string) {
    return isOfThisService(type) ? undefined : this.#bundle.kinds.get(type);
  }
}

/** What is known so far as a page; null where it takes more candidates to fill it. */
function pageOf({ allowed, last }: Part, limit: number, isEnough: boolean): Omit<Found, 'reasons'> | null {
  if (allowed.length > limit) return { ids: allowed.slice(0, limit), next: allowed[limit - 1] ?? null };
  if (last === null) return { ids: allowed, next: null };
  return isEnough ? { ids: allowed, next: last } : null;
}

/** How many candidates are asked about at once. */
function chunkFor({ subject, action, resource, context }: Check): number {
  const sent = canonicalJson([subject.properties, action.properties, resource.properties, context]).length;
  return Math.min(CHUNK, Math.ceil(CHUNK_CHARACTERS / sent));
}

/** The check with the ids that facts were asked of. */
function withIds(check: Check, { question }: Loaded): Check {
  const { subject, resource } = check;
  return {
    ...check,
    subject: { ...subject, id: question.subjectId },
    resource: { ...resource, id: question.resourceId },
  };
}
