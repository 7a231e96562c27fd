import { isOfThisService } from '../../decision/bundle.ts';
import { isStoredKind } from '../../facts/kinds.ts';
import type { Json } from '@sparkgate/cerbos-policies/json';
import type { Live } from '../live.ts';
import type { Group, Population } from './population.ts';
import { readsOf, type Reads } from './reads.ts';
import { UNTOLD, type Sides } from './comparison.ts';
import { classesOf, NOBODY, storedEntities, storedTypes, type Class, type Entity } from './stored-entities.ts';

/** Pairs of classes that are compared for one kind and one type of subjects. */
const MOST_PAIRS = 50_000;

/** A type of which nothing is stored, and that no policy names. */
const OTHER_TYPE = 'some_other_type';

/**
 * The kinds that only policies know, over what is stored: every known subject of the types that rules give something to,
 * and one of whom nothing is stored, with every stored entity of the kind, or one of which nothing is stored.
 */
export async function entityPopulations(live: Live, sides: Sides, notes: string[]): Promise<Population[]> {
  const kinds = sides.kinds.filter((it) => !isStoredKind(it) && !isOfThisService(it) && sides.actions(it).length > 0);
  const populations: Population[] = [];
  for (const kind of kinds) {
    const byIds = sides.mentionIds(kind);
    const reads = readsOf(sides, kind);
    const resources = await storedEntities(live, kind, false, notes);
    for (const type of await subjectTypes(live, reads)) {
      const known = await storedEntities(live, type, byIds, notes);
      const named = byIds ? unknownAmong(reads.literals, known) : [];
      const pairs = pairsOf(
        classesOf([NOBODY, ...named, ...known], byIds),
        classesOf(resources.length > 0 ? resources : [NOBODY], byIds),
      );
      if (pairs.left > 0) {
        const { size } = pairs.compared;
        notes.push(
          `${UNTOLD} for whom all of ${kind} changes: of ${size + pairs.left} pairs that differ, ${size} were compared.`,
        );
      }
      const strangers = byIds ? strangersOf(resources, [...named, ...known]) : [];
      if (strangers.length > MOST_PAIRS) {
        notes.push(`${UNTOLD} for all ids that entities of ${kind} hold: only the first ${MOST_PAIRS} were compared.`);
      }
      const all = new Map([...pairs.compared, ...strangers.slice(0, MOST_PAIRS)]);
      populations.push(population(kind, type, all));
    }
  }
  return populations;
}

/** The types of subjects that a kind's rules can give something to. */
async function subjectTypes(live: Live, { roles, unreadable }: Reads): Promise<string[]> {
  const named = [...roles].filter((role) => role !== '*');
  if (unreadable || named.length + roles.size === 0) named.push('user');
  const any = roles.has('*') ? ['user', 'tiktok_account', ...(await storedTypes(live)), OTHER_TYPE] : [];
  return [...new Set([...named, ...any])];
}

type PairOfClasses = readonly [ours: Class, theirs: Class];
type Pairs = ReadonlyMap<string, PairOfClasses>;

function pairsOf(subjects: readonly Class[], resources: readonly Class[]): { compared: Pairs; left: number } {
  const compared = new Map<string, PairOfClasses>();
  for (const [r, resource] of resources.entries()) {
    for (const [s, subject] of subjects.entries()) {
      if (compared.size < MOST_PAIRS) compared.set(`${s} ${r}`, [subject, resource]);
    }
  }
  return { compared, left: subjects.length * resources.length - compared.size };
}

const unknownAmong = (ids: Iterable<string>, known: readonly Entity[]): Entity[] => {
  const taken = new Set(known.map(({ id }) => id));
  return [...new Set(ids)].filter((id) => id !== '' && !taken.has(id)).map((id) => ({ id, attributes: {} }));
};

/** Subjects of whom nothing is stored but that an entity holds their id, as an owner's: each with that entity. */
function strangersOf(resources: readonly Entity[], known: readonly Entity[]): (readonly [string, PairOfClasses])[] {
  const taken = new Set(known.map(({ id }) => id));
  return resources.flatMap((resource, index) => {
    const ids = new Set([resource.id, ...textsIn(resource.attributes)]);
    const unknown = [...ids].filter((id) => id !== '' && !taken.has(id));
    return unknown.map((id) => [`${id} in ${index}`, [[{ id, attributes: {} }], [resource]]] as const);
  });
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** What subjects of a type are called, one and many. */
const CALLED: Readonly<Record<string, readonly [one: string, many: string]>> = {
  user: ['user', 'users'],
  tiktok_account: ['TikTok account', 'TikTok accounts'],
};

function population(kind: string, type: string, pairs: Pairs): Population {
  const among = (sigs: ReadonlyMap<string, number>) =>
    [...sigs].map(([key, sig]) => {
      const [ours, theirs] = pairs.get(key) ?? [[], []];
      return { sig, ours, theirs };
    });
  return {
    kind,
    vectors: false,
    subject: CALLED[type] ?? [type, `${type} entities`],
    resource: [kind, `${kind} entities`],
    async *groups() {
      for (const [key, [ours, theirs]] of pairs) yield groupOf(key, type, ours, theirs);
    },
    async *tallies(_live, { sigs }) {
      for (const { sig, ours, theirs } of among(sigs)) {
        for (const { id } of ours) yield { sig, subject: id, resource: null, bc_id: null, pairs: theirs.length };
        for (const { id } of theirs) yield { sig, subject: null, resource: id, bc_id: null, pairs: ours.length };
      }
    },
    async *names(_live, { sigs }, wanted) {
      const named = new Set(wanted);
      for (const { sig, ours, theirs } of among(sigs)) {
        for (const { id: subject } of ours.filter(({ id }) => named.has(id))) {
          for (const { id } of theirs) yield { sig, subject, resource: id, label: id };
        }
      }
    },
  };
}

function groupOf(key: string, role: string, ours: Class, theirs: Class): Group {
  const [[subject], [resource]] = [ours, theirs];
  const attr = { ...resource.attributes, action: {}, context: {} } as Record<string, Json>;
  const who = { id: subject.id, resource: resource.id, attr: subject.attributes as Record<string, Json> };
  return { key, pairs: ours.length * theirs.length, point: { role, attr }, held: [], named: [], who };
}
