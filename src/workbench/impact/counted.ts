import type { Live } from '../live.ts';
import type { Change, Draft } from './change.ts';
import { differing, namingsFor, type Asked } from './differences.ts';
import type { Changed, Group, Named, Population } from './population.ts';

/** Counts and names the pairs behind the changes: those that have part in the same changes are counted at once. */
export async function counted(
  live: Live,
  drafts: readonly Draft[],
  { population, groups, asked }: { population: Population; groups: readonly Group[]; asked: Asked },
): Promise<Change[]> {
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
    alone: sigs.size === 0 ? [] : await changedAlone(groups, { sigs, drafts, asked, population }),
  };
  if (sigs.size > 0) {
    for await (const { sig, subject, resource, bc_id: center, pairs } of population.tallies(live, changed)) {
      for (const index of partOf[sig] ?? []) {
        const table = tables[index];
        if (subject !== null) table?.subjects.add(subject);
        if (resource !== null) table?.resources.add(resource);
        if (center !== null) table?.centers.set(center, (table.centers.get(center) ?? 0) + pairs);
      }
    }
  }
  const names = await namesOf(live, changed, { population, partOf, tables, most: asked.names });
  return drafts.map(({ groups: own, ...draft }, index) => {
    const table = tables[index] ?? { subjects: new Set(), resources: new Set(), centers: new Map<string, number>() };
    const pairs = [...own.values()].reduce((sum, it) => sum + (it.pairs ?? 0), 0);
    const uncounted = [...own.values()].every((it) => it.pairs === null);
    const centers = [...table.centers].map(([id, count]) => ({ bc_id: id, pairs: count }));
    return {
      ...draft,
      counts: uncounted ? null : { pairs, subjects: table.subjects.size, resources: table.resources.size },
      centers: centers.toSorted((a, b) => b.pairs - a.pairs || (a.bc_id < b.bc_id ? -1 : 1)),
      names: names[index] ?? [],
    };
  });
}

/** Paths that change a decision by themselves: a Business Center is named for these alone. */
async function changedAlone(
  groups: readonly Group[],
  {
    sigs,
    drafts,
    asked,
    population: { kind },
  }: { sigs: ReadonlyMap<string, number>; drafts: readonly Draft[]; asked: Asked; population: Population },
): Promise<Changed['alone']> {
  const found = new Map<string, { sig: number; code: number }>();
  for (const { action, groups: own, direction } of drafts) {
    for (const naming of namingsFor(kind, action, asked)) {
      const alone = groups
        .filter(({ key }) => own.has(key))
        .flatMap((group) =>
          [...group.alone].map(([code, point]) => ({
            group: { ...group, key: `${code} ${group.key}`, point },
            code,
            sig: sigs.get(group.key),
          })),
        );
      const differ = await differing(
        alone.map(({ group }) => group),
        kind,
        action,
        naming,
        asked.sides,
      );
      const keys = new Set(differ.filter(([, , way]) => way === direction).map(([group]) => group.key));
      for (const { group, code, sig } of alone) {
        if (sig !== undefined && keys.has(group.key)) found.set(`${sig} ${code}`, { sig, code });
      }
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
