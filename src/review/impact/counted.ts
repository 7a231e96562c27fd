import type { Live } from '../live.ts';
import type { Change, Draft } from './change.ts';
import { differing } from './differences.ts';
import type { Changed, Group, Named, Population } from './population.ts';
import type { Asked, Ways } from './trial-plan.ts';

/** What was asked, of whom, and how. */
interface Asking {
  population: Population;
  groups: readonly Group[];
  asked: Asked;
  ways: ReadonlyMap<string, Ways>;
}

/** Counts and names the pairs behind the changes: those that have part in the same changes are counted at once. */
export async function counted(live: Live, drafts: readonly Draft[], asking: Asking): Promise<Change[]> {
  const { population, groups, asked } = asking;
  const signatures = new Map<string, number>();
  const sigs = new Map<string, number>();
  const partOf: ReadonlySet<number>[] = [];
  for (const { key, pairs } of groups) {
    const parts = drafts.flatMap((draft, index) => (draft.groups.has(key) ? [index] : []));
    if (parts.length === 0 || pairs === null) continue;
    const signature = parts.join();
    const sig = signatures.get(signature) ?? signatures.size;
    signatures.set(signature, sig);
    partOf[sig] = new Set(parts);
    sigs.set(key, sig);
  }
  const tables = drafts.map(() => ({
    subjects: new Set<string>(),
    resources: new Set<string>(),
    centers: new Map<string, number>(),
  }));
  const changed: Changed = {
    sigs,
    alone: sigs.size === 0 ? [] : await changedAlone(drafts, sigs, asking),
  };
  if (sigs.size > 0) {
    for await (const { sig, part, subject, resource, bc_id: center, pairs } of population.tallies(live, changed)) {
      for (const index of part == null ? (partOf[sig] ?? []) : [part]) {
        const table = tables[index];
        if (subject !== null) table?.subjects.add(subject);
        if (resource !== null) table?.resources.add(resource);
        if (center !== null) table?.centers.set(center, (table.centers.get(center) ?? 0) + pairs);
      }
    }
  }
  const names = await namesOf(live, changed, { population, partOf, tables, most: asked.names });
  return drafts.map(({ change, groups: own }, index) => {
    const table = tables[index] ?? { subjects: new Set(), resources: new Set(), centers: new Map<string, number>() };
    const pairs = [...own.values()].reduce((sum, it) => sum + (it.pairs ?? 0), 0);
    const uncounted = [...own.values()].every((it) => it.pairs === null);
    const centers = [...table.centers].map(([id, count]) => ({ bc_id: id, pairs: count }));
    return {
      ...change,
      counts: uncounted ? null : { pairs, subjects: table.subjects.size, resources: table.resources.size },
      centers: centers.toSorted((a, b) => b.pairs - a.pairs || (a.bc_id < b.bc_id ? -1 : 1)),
      names: names[index] ?? [],
    };
  });
}

/** Paths that change a decision by themselves: a Business Center is named for these alone. */
async function changedAlone(
  drafts: readonly Draft[],
  sigs: ReadonlyMap<string, number>,
  { population: { kind }, groups, asked, ways }: Asking,
): Promise<Changed['alone']> {
  const found = new Map<string, Changed['alone'][number]>();
  for (const [part, { change, groups: own, namings }] of drafts.entries()) {
    const { action, direction } = change;
    const members = groups.filter(({ key }) => own.has(key));
    const runs = ways.get(action)?.runs === true;
    const centers = namings.map(({ attr }) => ({ attr, place: 'center' as const }));
    const differences = await differing(members, { kind, action, namings: centers, runs }, asked.sides);
    for (const { group, path: code, direction: to } of differences) {
      const sig = sigs.get(group.key);
      if (sig === undefined || code === null || to !== direction) continue;
      found.set([sig, part, code].join(' '), { sig, part, code });
    }
  }
  return [...found.values()];
}

async function namesOf(
  live: Live,
  changed: Changed,
  {
    population,
    partOf,
    tables,
    most,
  }: {
    population: Population;
    partOf: readonly ReadonlySet<number>[];
    tables: readonly { subjects: ReadonlySet<string> }[];
    most: number;
  },
): Promise<{ subject: string; resource: string }[][]> {
  const names: { subject: string; resource: string }[][] = tables.map(() => []);
  const subjects = new Set(tables.flatMap((table) => [...table.subjects].toSorted().slice(0, most)));
  if (most === 0 || subjects.size === 0) return names;
  const rows = population.names(live, changed, [...subjects]);
  for await (const { sig, subject, label } of rows satisfies AsyncIterable<Named>) {
    for (const index of partOf[sig] ?? []) {
      const own = names[index];
      if (own && own.length < most) own.push({ subject, resource: label });
    }
    if (names.every((own) => own.length >= most)) break;
  }
  return names;
}
