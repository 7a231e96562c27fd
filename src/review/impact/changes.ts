import type { Live } from '../live.ts';
import type { Change, Draft } from './change.ts';
import { counted } from './counted.ts';
import { differing } from './differences.ts';
import { draftsOf } from './change-groups.ts';
import type { Population } from './population.ts';
import { waysFor, type Asked } from './trial-plan.ts';

/** What comparing a population brought. */
interface Compared {
  changes: Change[];
  pairs: number;
  /** The actions of which not all that a caller may name was tried. */
  untried: string[];
}

/** Compares a population group by group. The facts of each group are put to both bundles, by real policy servers. */
export async function findChanges(live: Live, population: Population, asked: Asked): Promise<Compared> {
  const groups = await Array.fromAsync(population.groups(live));
  const drafts: Draft[] = [];
  const ways = waysFor(population.kind, asked, groups);
  const { kind, place } = population;
  for (const [action, own] of ways) {
    const namings = own.namings.filter((it) => place === undefined || it.place === place);
    const differences = await differing(groups, { kind, action, namings, runs: own.runs }, asked.sides);
    const found = namings.map((it) => ({ naming: it, differences: differences.filter(({ naming }) => naming === it) }));
    drafts.push(...draftsOf(population, action, own, found));
  }
  return {
    changes: await counted(live, drafts, { population, groups, asked, ways }),
    pairs: groups.reduce((sum, { pairs }) => sum + (pairs ?? 0), 0),
    untried: [...ways].flatMap(([action, { all }]) => (all ? [] : [action])),
  };
}
