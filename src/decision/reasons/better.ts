import type { Reason } from '../../domain/errors.ts';
import {
  factsWith,
  type AnyFact,
  type Fact,
  type Facts,
  type Move as FactMove,
  type SubjectType,
  type Values,
} from '../../facts/kind.ts';
import type { Vocabulary } from '../../facts/kinds.ts';
import type { StoredInput } from '../decision-input.ts';

/** One fact moved to a better value; the reasons say what is missing where it takes this move to be allowed. */
export interface Move {
  reasons: readonly Reason[];
  /** What the fact is about; the check: what was sent with it; both: what holds between subject and resource. */
  about: 'check' | 'subject' | 'resource' | 'both';
  apply: (input: StoredInput) => StoredInput;
  /** The same fact moved less far, the least first: tried when the smallest change is told, and never for the reasons. */
  less: readonly ((input: StoredInput) => StoredInput)[];
}

/** One fact that could be better, with the values that it could move to, the smallest first. */
export type Improvement = readonly Move[];

/** One way by which an input could become allowed: improvements that belong together. */
export type Frame = readonly Improvement[];

/** Where facts stand in a vector. */
interface Place {
  of: 'vector' | 'record' | 'element';
  /** Other facts at the same place. */
  beside: Values;
  /** The vector with other values there. */
  put: (vector: Values, values: Values) => Values;
  as: SubjectType | undefined;
}

/**
 * Every way by which an input could become better, by the value orders of the kind's facts. In tiers: first as the
 * subject is, then as another type of subject; then the same again with one of the facts that are looked at last, and at
 * the very last with all of them. A later tier counts where no earlier one helps.
 */
export function framesOf(input: StoredInput, vocabulary: Vocabulary): Frame[][] {
  const facts = vocabulary[input.kind];
  const last = lookedAtLast(facts);
  const all = [
    ...(last.length > 1 ? last.map((it) => new Set([it])) : []),
    ...(last.length > 0 ? [new Set(last)] : []),
  ];
  return [new Set<string>(), ...all].flatMap((some) => framesAmong(withLast(facts, some), input));
}

/** The names of facts that are looked at last; those of one record together, since they are of one thing. */
function lookedAtLast(facts: Facts): string[] {
  return Object.entries(facts).flatMap(([name, it]) => {
    if (it.sort === 'fact') return it.later === true ? [name] : [];
    if (it.sort === 'record') return lookedAtLast(it.parts).length > 0 ? [name] : [];
    return lookedAtLast(it.each).map((part) => `${name}.${part}`);
  });
}

/** The facts without those that are looked at last, but for some. */
function withLast(facts: Facts, some: ReadonlySet<string>, within = ''): Facts {
  const kept = Object.entries(facts).flatMap(([name, it]): [string, AnyFact][] => {
    if (some.has(`${within}${name}`)) return [[name, it]];
    if (it.sort === 'list') return [[name, { ...it, each: withLast(it.each, some, `${name}.`) }]];
    if (it.sort === 'record') return [[name, { ...it, parts: withLast(it.parts, NONE) }]];
    return it.later === true ? [] : [[name, it]];
  });
  return Object.fromEntries(kept);
}

const NONE: ReadonlySet<string> = new Set();

function framesAmong(facts: Facts, input: StoredInput): Frame[][] {
  const types = (['user', 'tiktok_account'] as const).filter((type) =>
    Object.values(facts).some((it) => suits(it, type)),
  );
  const ordered = input.roles.includes('tiktok_account') ? types.toReversed() : types;
  return ordered.map((type) =>
    Object.entries(facts).reduce<Frame[]>(
      (frames, [name, it]) => {
        const ways = waysOf(name, it, { type, vector: input.resourceAttr });
        return frames.flatMap((frame) => ways.map((way) => [...frame, ...way]));
      },
      [[]],
    ),
  );
}

/** Whether a fact is for one type of subject to have. */
function suits(it: AnyFact, type: SubjectType): boolean {
  if (it.sort === 'list') return it.as === type || it.instead.as === type;
  return it.sort === 'fact' && it.as === type;
}

/** A list can become better in one of its elements at a time; anything else in one way. */
function waysOf(name: string, it: AnyFact, { type, vector }: { type: SubjectType; vector: Values }): Frame[] {
  switch (it.sort) {
    case 'fact':
      return [it.as === undefined || it.as === type ? improvements({ [name]: it }, inVector(vector, it.as)) : []];
    case 'record':
      return [vector[name] === null ? [] : improvements(it.parts, inRecord(vector, name))];
    case 'list': {
      const list = vector[name] as readonly Values[];
      const fresh = factsWith(it.each, {});
      if (it.as === type) {
        return it
          .nearest(list as never)
          .map((at) => improvements(it.each, inList({ name, list, at, fresh, as: it.as })));
      }
      if (it.instead.as !== type) return [[]];
      const place = inVector(vector, it.instead.as);
      const to = { [name]: [factsWith(it.each, it.instead.element)] };
      return [[[{ reasons: it.instead.lacks, about: 'both', apply: moved(place, to), less: [] }]]];
    }
  }
}

function inVector(vector: Values, as: SubjectType | undefined): Place {
  return { of: 'vector', beside: vector, put: (it, values) => ({ ...it, ...values }), as };
}

function inRecord(vector: Values, name: string): Place {
  const put: Place['put'] = (it, values) => ({ ...it, [name]: { ...(it[name] as Values), ...values } });
  return { of: 'record', beside: vector[name] as Values, put, as: undefined };
}

function inList(where: { name: string; list: readonly Values[]; at: number; fresh: Values; as: SubjectType }): Place {
  const { name, list, at, fresh, as } = where;
  const put: Place['put'] = (it, values) => {
    const now = it[name] as readonly Values[];
    return { ...it, [name]: now.toSpliced(at, 1, { ...(now[at] ?? fresh), ...values }) };
  };
  return { of: 'element', beside: list[at] ?? fresh, put, as };
}

function improvements(facts: Facts, place: Place): Improvement[] {
  return Object.entries(facts).flatMap(([name, fact]) => {
    if (fact.sort !== 'fact') return [];
    const better = fact.better?.(place.beside[name] as never, place.beside) ?? [];
    if (better.length === 0) return [];
    const by = (it: FactMove): Move['apply'] => moved(place, { [name]: it.to, ...it.along });
    return [
      better.map((it) => ({
        reasons: it.lacks,
        about: aboutOf(fact, it.lacks, place),
        apply: by(it),
        less: (it.less ?? []).map(by),
      })),
    ];
  });
}

function moved({ put, as }: Place, values: Values): Move['apply'] {
  return (input) => ({ ...input, roles: as ? [as] : input.roles, resourceAttr: put(input.resourceAttr, values) });
}

/** What a check would have to name is about the check, whatever the fact hangs on. */
function aboutOf({ on }: Fact, lacks: readonly Reason[], { of }: Place): Move['about'] {
  if (lacks.some(({ fact }) => fact?.startsWith('/action/'))) return 'check';
  const [subject, resource] = [on.includes('subject'), on.includes('resource')];
  if (of === 'element' || (subject && resource)) return 'both';
  return subject ? 'subject' : resource ? 'resource' : 'check';
}
