import { isOfThisService, SERVICE_KIND } from '../../decision/bundle.ts';
import { isStoredKind } from '../../facts/kinds.ts';
import { optionalNames } from '../../facts/vocabulary.ts';
import type { Change } from './change.ts';
import { readsOf } from './reads.ts';
import { UNTOLD, type Sides } from './comparison.ts';
import type { ComparedSpaces } from './spaces.ts';

/** Why it cannot be told for whom a kind changes, as far as its rules tell; a sentence each. */
export function untold(sides: Sides, kind: string): string[] {
  if (isOfThisService(kind) && kind !== SERVICE_KIND) return [];
  const why = [
    ...(sides.mentionTime(kind) ? ['its policy looks at the time, and its changes are counted as of now'] : []),
    ...(isStoredKind(kind) || kind === SERVICE_KIND ? ofVectors(sides, kind) : ofEntities(sides, kind)),
  ];
  return why.map((it) => `${UNTOLD} for whom ${kind} changes: ${it}.`);
}

/** Vectors hold no ids, so where policies look at those a vector does not speak for all who have it. */
function ofVectors(sides: Sides, kind: string): string[] {
  const others = [...readsOf(sides, kind).roles].filter((role) => !COUNTED.has(role));
  return [
    ...(sides.mentionIds(kind) ? ['its policy looks at ids, and pairs are counted without regard to them'] : []),
    ...optionalReads(sides, kind).map((it) => `its policy looks at ${it}, and pairs are counted without regard to it`),
    ...(others.length > 0 ? [`its policy speaks of ${others.join(', ')}, whom nobody counts`] : []),
  ];
}

/** What policies ask for beyond what is given: it is not counted by. */
function optionalReads({ base, head }: Sides, kind: string): string[] {
  const names = [base, head].flatMap(({ bundle }) => {
    const parts = new Set(bundle.kinds.get(kind)?.rules.flatMap((rule) => [...rule.parts]));
    return optionalNames(bundle.vocabulary, kind).filter((name) => parts.has(name));
  });
  return [...new Set(names)];
}

/** The roles of those who are counted; one of them stands for any. */
const COUNTED: ReadonlySet<string> = new Set(['user', 'tiktok_account', 'api_key', 'anonymous', '*']);

function ofEntities(sides: Sides, kind: string): string[] {
  const { unreadable, sent, runtime, partsOfIds } = readsOf(sides, kind);
  return [
    ...(unreadable ? ['its policy cannot be read whole'] : []),
    ...(sides.sweeping(kind) ? ['principal or role policies have a say in it'] : []),
    ...(sent ? ['its policy looks at what a caller sends, and nothing was sent'] : []),
    ...(runtime ? ['its policy looks at what only the policy server knows'] : []),
    ...(partsOfIds ? ['its policy looks into ids, and only known ones were compared'] : []),
  ];
}

/** An action of which not all was tried that a caller may name. */
export interface Untried {
  kind: string;
  action: string;
}

/** Where nobody was found who gains or loses, and what was not tried may decide whether somebody does. */
export function unnamed(
  untried: readonly Untried[],
  changes: readonly Change[],
  { changes: possible, whole }: ComparedSpaces,
): string[] {
  return (['gain', 'loss'] as const).flatMap((direction) => {
    const actions = untried.filter(({ kind, action }) => {
      const about = (it: Untried): boolean => it.kind === kind && it.action === action;
      const space = possible.find(about);
      const count = direction === 'gain' ? space?.gained : space?.lost;
      const isFound = changes.some((it) => about(it) && it.direction === direction);
      return !isFound && (!whole.has(kind) || (count ?? 0) > 0);
    });
    const names = [...new Set(actions.map(({ action }) => action))];
    if (names.length === 0) return [];
    const verb = direction === 'gain' ? 'gains' : 'loses';
    return [`${UNTOLD} whether somebody ${verb} ${names.join(', ')}: not all that a caller may name was tried.`];
  });
}
