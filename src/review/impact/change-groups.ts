import type { Change, Draft } from './change.ts';
import type { Difference } from './differences.ts';
import { NAMING_A_CENTER, type Naming } from './request-variants.ts';
import type { Population } from './population.ts';
import type { Ways } from './trial-plan.ts';

/** What was found of one action where one thing is named. */
export interface Found {
  naming: Naming;
  differences: readonly Difference[];
}

/** What a population gains and loses of one action, told together as far as the groups behind it are the same. */
export function draftsOf(population: Population, action: string, ways: Ways, found: readonly Found[]): Draft[] {
  return (['gain', 'loss'] as const).flatMap((direction) => {
    const sights = found.map((it) => sightOf(it, direction));
    const groupsOf = new Map(sights.map(({ naming, groups }) => [naming, groups]));
    const isNarrowed = ({ twin }: Naming): boolean => twin !== null && population.place !== 'center';
    const [narrowed, natural] = [
      sights.filter((it) => isNarrowed(it.naming)),
      sights.filter((it) => !isNarrowed(it.naming)),
    ];
    // Whoever is told of already does not count again where the Business Center is named as well.
    const further = narrowed.map((it) => without(it, it.naming.twin && groupsOf.get(it.naming.twin)));
    const own = ways.namings.filter((it) => population.place !== 'center' || it.place === 'center');
    const count = (isOne: (naming: Naming) => boolean): number => own.filter(isOne).length;
    const parts = { population, action, direction };
    return [
      ...together(natural, { ...parts, of: count((it) => !isNarrowed(it)), whatever: [] }),
      ...together(further, { ...parts, of: count(isNarrowed), whatever: [NAMING_A_CENTER] }),
    ];
  });
}

interface Sight {
  naming: Naming;
  somewhere: boolean;
  groups: Draft['groups'];
}

function sightOf({ naming, differences }: Found, direction: Change['direction']): Sight {
  const own = differences.filter((it) => it.direction === direction);
  const groups = new Map(own.map(({ group, point }) => [group.key, { pairs: group.pairs, point }]));
  const anywhere = new Set(own.filter((it) => !it.somewhere).map(({ group }) => group.key));
  return { naming, somewhere: anywhere.size < groups.size, groups };
}

function without(sight: Sight, known: Draft['groups'] | null | undefined): Sight {
  return { ...sight, groups: new Map([...sight.groups].filter(([key]) => known?.has(key) !== true)) };
}

/** Namings that show the same difference for the same groups are told together. */
function together(
  sights: readonly Sight[],
  {
    population: { kind, subject, resource, vectors, place },
    action,
    direction,
    of,
    whatever,
  }: {
    population: Population;
    action: string;
    direction: Change['direction'];
    /** How many namings there are, and what is said where all of them show it. */
    of: number;
    whatever: readonly string[];
  },
): Draft[] {
  const seen = sights.filter(({ groups }) => groups.size > 0);
  const alike = Map.groupBy(seen, ({ groups }) => JSON.stringify([...groups.keys()].toSorted()));
  return [...alike.values()].flatMap((those): Draft[] => {
    const [first] = those;
    if (!first) return [];
    const change = {
      kind,
      subject,
      resource,
      action,
      direction,
      naming: those.length === of ? whatever : those.map(({ naming }) => wordsOf(naming, place)),
      somewhere: those.some(({ somewhere }) => somewhere),
      rules: [],
      // Cerbos' own account is had of vectors alone.
      points: [...first.groups.values()].slice(0, vectors ? POINTS : 0).map(({ point }) => point),
    };
    return [{ change, groups: first.groups, namings: those.map(({ naming }) => naming) }];
  });
}

/** Where a Business Center is always named that goes without saying. */
const wordsOf = ({ words, twin }: Naming, place: Population['place']): string =>
  place === 'center' && twin ? twin.words : words;

/** Situations of one change that are put to Cerbos' own account of its rules. */
const POINTS = 12;
