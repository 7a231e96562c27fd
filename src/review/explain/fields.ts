import { isDeepStrictEqual } from 'node:util';
import type { ReasonCode } from '../../domain/errors.ts';
import type { AnyFact, Fact, Facts, Values } from '../../facts/kind.ts';
import { combinationsOf, valuesOf } from '../../facts/values.ts';
import type { Field, Option, Step } from './step.ts';
import { WHO } from './who.ts';

// What else may be otherwise, by the value orders of the facts: every other value, what it makes up for, how far it is.

/** Who could change a fact to a value, and the missing conditions that this makes up for, if any. */
interface Cause {
  who: string;
  codes?: readonly ReasonCode[];
}

interface Plain {
  from: unknown;
  to: unknown;
  extent: readonly string[];
  cause: Cause;
}

/** The step from one plain value to another. */
export function plainStep(fact: string, { from, to, extent, cause }: Plain): Step {
  return { fact, extent: new Set(extent), changes: [{ fact, from, to }], codes: cause.codes ?? [], who: cause.who };
}

/** The fields of a vector, but for lists, each of which changes on its own. @param isUser a user asks */
export function fieldsOf(facts: Facts, vector: Values, isUser: boolean): Field[] {
  return Object.entries(facts).flatMap(([name, it]): Field[] => {
    const options =
      it.sort === 'record' ? recordOptions(name, it.parts, vector[name]) : plainOptions(name, it, { vector, isUser });
    return it.sort === 'list' ? [] : [{ name, options, missingFrom: null }];
  });
}

/** What hangs on the subject is a user's to have. */
function plainOptions(name: string, it: AnyFact, { vector, isUser }: { vector: Values; isUser: boolean }): Option[] {
  if (it.sort !== 'fact' || it.as === 'tiktok_account' || (it.on.includes('subject') && !isUser)) return [];
  const others = valuesOf(it.schema).filter((to) => !isDeepStrictEqual(to, vector[name]));
  return others.map((to) => ({ value: to, steps: [factStep(`/${name}`, it, { beside: vector, name, to })] }));
}

/** The step to another value of a fact. */
export function factStep(
  place: string,
  it: Fact,
  { beside, name, to }: { beside: Values; name: string; to: unknown },
): Step {
  const from = beside[name];
  const codes = codesOf(it, { beside, from, to });
  const who = codes.length > 0 ? codes.map((code) => WHO[code]).join('; ') : it.by;
  return plainStep(place, { from, to, extent: extentOf(it, from, to), cause: { who, codes } });
}

/** The reason codes of what is missing as long as a fact does not have a value; none where it is no better one. */
export function codesOf(
  { better }: Pick<Fact, 'better'>,
  { beside, from, to }: { beside: Values; from: unknown; to: unknown },
): ReasonCode[] {
  const all = better?.(from as never, beside) ?? [];
  const found = all.find((it) => isDeepStrictEqual(it.to, to)) ?? (isMore(from, to) ? all[0] : undefined);
  return found?.lacks.map(({ code }) => code) ?? [];
}

const isMore = (from: unknown, to: unknown): boolean =>
  Array.isArray(from) && Array.isArray(to) && to.length > from.length && from.every((it) => to.includes(it));

/** How far it is to a value: what goes less far has some of these only. */
function extentOf({ schema, ladder }: Pick<Fact, 'schema' | 'ladder'>, from: unknown, to: unknown): string[] {
  if (ladder?.includes(to) === true) {
    return ladder.includes(from) ? rungs(ladder, from, to) : ['named', ...rungs(ladder, ladder[0], to)];
  }
  if (ladder !== undefined) return ['none named'];
  const all = valuesOf(schema);
  if (all.some(Array.isArray)) return setExtent(all, from, to);
  if (to !== null) return [JSON.stringify(to)];
  return [...all.filter((it) => it !== null && it !== from).map((it) => JSON.stringify(it)), 'unknown'];
}

function setExtent(all: readonly unknown[], from: unknown, to: unknown): string[] {
  if (to === null) return ['none named'];
  const set = to as readonly string[];
  if (from !== null) return setDifference(from as readonly string[], set);
  // That none but an empty set would do is rare, so any other is told before it.
  const largest = all.findLast(Array.isArray) as readonly string[];
  return ['named', ...setDifference([], set.length === 0 ? largest : set), ...(set.length === 0 ? ['empty'] : [])];
}

/** How far it is from one place of a ladder to another: a place on the way is less far. */
export function rungs(ladder: readonly unknown[], from: unknown, to: unknown): string[] {
  const [here, there] = [ladder.indexOf(from), ladder.indexOf(to)];
  const [low, high] = here < there ? [here, there] : [there, here];
  return ladder.slice(low + 1, high + 1).map((it) => `${here < there ? 'up' : 'down'} ${String(it)}`);
}

/** How far it is from one set to another. */
export function setDifference(from: readonly string[], to: readonly string[]): string[] {
  const more = to.filter((it) => !from.includes(it)).map((it) => `with ${it}`);
  return [...more, ...from.filter((it) => !to.includes(it)).map((it) => `without ${it}`)];
}

/** Of a thing that is named, each part can be otherwise, or nothing be named; where nothing is, anything can be. */
function recordOptions(name: string, parts: Facts, now: unknown): Option[] {
  const all = combinationsOf(parts).filter((to) => !isDeepStrictEqual(to, now));
  if (now === null) return all.map((to) => ({ value: to, steps: [naming(name, parts, to)] }));
  const beside = now as Values;
  const none = plainStep(`/${name}`, { from: now, to: null, extent: ['none named'], cause: { who: NAMES_NONE } });
  return [
    ...all.map((to): Option => ({ value: to, steps: partSteps(name, parts, { beside, to }) })),
    { value: null, steps: [none] },
  ];
}

const NAMES_NONE = 'the caller, by naming none';
const NAMES_ONE = 'the caller, by naming one of which this is so';

function naming(name: string, parts: Facts, to: Values): Step {
  const odd = plainParts(parts).filter(([part, it]) => (it.better?.(to[part] as never, to) ?? []).length > 0);
  const extent = ['named', ...odd.map(([part]) => `${part} ${String(to[part])}`)];
  return plainStep(`/${name}`, { from: null, to, extent, cause: { who: NAMES_ONE } });
}

function partSteps(name: string, parts: Facts, { beside, to }: { beside: Values; to: Values }): Step[] {
  const changed = plainParts(parts).filter(([part]) => beside[part] !== to[part]);
  return changed.map(([part, it]) => factStep(`/${name}/${part}`, it, { beside, name: part, to: to[part] }));
}

const plainParts = (parts: Facts): (readonly [string, Fact])[] =>
  Object.entries(parts).flatMap(([part, it]) => (it.sort === 'fact' ? [[part, it] as const] : []));
