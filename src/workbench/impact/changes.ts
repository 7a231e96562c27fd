import type { Live } from '../live.ts';
import type { Point } from '../vector-space.ts';
import type { Changed, Group, Named, Population } from './population.ts';
import type { Naming } from './populations.ts';
import { questionOf, type Sides } from './sides.ts';

/** One action on one kind that some gain, or lose. */
export interface Change {
  kind: string;
  action: string;
  direction: 'gain' | 'loss';
  subject: readonly [one: string, many: string];
  resource: readonly [one: string, many: string];
  /** What a caller has to name for the difference to show; empty: whatever is named. */
  naming: readonly string[];
  /** It takes the subject's role in some ad account, or to name an ad account at all. */
  somewhere: boolean;
  /** Null: whoever comes, nobody counts them. */
  counts: { pairs: number; subjects: number; resources: number } | null;
  centers: readonly { bc_id: string; pairs: number }[];
  names: readonly { subject: string; resource: string }[];
  rules: readonly string[];
  /** Situations that show it. */
  points: readonly Point[];
}

/** What both bundles are asked about each group. */
export interface Asked {
  sides: Sides;
  names: number;
  namings: readonly Naming[] | undefined;
}

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

/** What may be named, as far as the rules look at it. */
function namingsFor(kind: string, action: string, { sides, namings = NOTHING }: Asked): Naming[] {
  return namings.filter(({ attr }) => Object.keys(attr).every((field) => sides.looksAt(kind, action, field)));
}

const NOTHING: readonly Naming[] = [{ words: '', attr: {} }];

type Difference = [group: Group, somewhere: boolean, direction: Change['direction'], point: Point];

async function differing(
  groups: readonly Group[],
  kind: string,
  action: string,
  { attr }: Naming,
  sides: Sides,
): Promise<Difference[]> {
  const runs = kind === 'tiktok_account' && sides.looksAt(kind, action, 'advertiser_role');
  const tries = groups.flatMap((group) => {
    const roles = runs ? [null, 'NONE', ...group.held] : [null];
    return roles.map((role) => {
      const { role: of, attr: facts } = group.point;
      const named = kind === 'tiktok_account' ? { advertiser_role: role } : {};
      return { group, somewhere: role !== null, point: { role: of, attr: { ...facts, ...attr, ...named } } };
    });
  });
  const answers = await sides.ask(
    tries.map(({ group: { who }, point }) => ({
      ...questionOf(kind, action, point),
      ...(who && { principalId: who.id, principalAttr: who.attr, resourceId: who.resource }),
    })),
  );
  return tries.flatMap(({ group, somewhere, point }, index): Difference[] => {
    const { was, is } = answers[index] ?? { was: false, is: false };
    return was === is ? [] : [[group, somewhere, is ? 'gain' : 'loss', point]];
  });
}

type Draft = Omit<Change, 'counts' | 'centers' | 'names'> & { groups: Found['groups'] };

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

/** Counts and names the pairs behind the changes: those that have part in the same changes are counted at once. */
async function counted(
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
