import type { Live } from '../live.ts';
import type { Point } from '../vector-space.ts';
import type { Change, Draft } from './change.ts';
import { counted } from './counted.ts';
import { differing, namingsFor, type Asked } from './differences.ts';
import type { Group, Population } from './population.ts';

interface Found {
  action: string;
  direction: Change['direction'];
  naming: string;
  somewhere: boolean;
  groups: Map<string, { pairs: number | null; point: Point }>;
}

/** Compares a population group by group. The facts of each group are put to both bundles, by real policy servers. */
export async function findChanges(
  live: Live,
  population: Population,
  asked: Asked,
): Promise<{ changes: Change[]; pairs: number }> {
  const { sides } = asked;
  const actions = sides.actions(population.kind);
  const found = new Map<string, Found>();
  const groups: Group[] = [];
  let pairs = 0;
  for await (const group of population.groups(live)) {
    groups.push(group);
    pairs += group.pairs ?? 0;
  }
  for (const action of actions) {
    for (const naming of namingsFor(population.kind, action, asked)) {
      for (const [group, somewhere, direction, point] of await differing(
        groups,
        population.kind,
        action,
        naming,
        sides,
      )) {
        const key = JSON.stringify([action, naming.words, direction]);
        const own = found.get(key) ?? { action, direction, naming: naming.words, somewhere: false, groups: new Map() };
        own.groups.set(group.key, { pairs: group.pairs, point });
        own.somewhere ||= somewhere;
        found.set(key, own);
      }
    }
  }
  const changes = together([...found.values()], population, asked);
  return { changes: await counted(live, changes, { population, groups, asked }), pairs };
}

/** Namings that show the same difference for the same groups are told together. */
function together(found: readonly Found[], population: Population, asked: Asked): Draft[] {
  const alike = Map.groupBy(found, ({ action, direction, groups }) =>
    JSON.stringify([action, direction, [...groups.keys()].toSorted()]),
  );
  return [...alike.values()].flatMap((those): Draft[] => {
    const [first] = those;
    if (!first) return [];
    const { kind, subject, resource } = population;
    const all = namingsFor(kind, first.action, asked);
    return [
      {
        kind,
        subject,
        resource,
        action: first.action,
        direction: first.direction,
        naming: those.length === all.length ? [] : those.map(({ naming }) => naming),
        somewhere: those.some(({ somewhere }) => somewhere),
        rules: [],
        // Cerbos' own account is had of vectors alone.
        points: [...first.groups.values()].slice(0, population.vectors ? POINTS : 0).map(({ point }) => point),
        groups: first.groups,
      },
    ];
  });
}

/** Situations of one change that are put to Cerbos' own account of its rules. */
const POINTS = 12;
