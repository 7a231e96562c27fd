import { isOfThisService } from '../../decision/bundle.ts';
import type { Properties } from '../../decision/check.ts';
import { exactText } from '../../decision/exact-text.ts';
import { isStoredKind } from '../../decision/project.ts';
import type { Json } from '../finite-domain.ts';
import type { Live } from '../live.ts';
import type { Group, Population } from './population.ts';
import { UNTOLD, type Sides } from './sides.ts';

/** Stored entities of one type that are read, and pairs of classes that are compared for one kind. */
const MOST_ENTITIES = 100_000;
const MOST_PAIRS = 50_000;

interface Entity {
  id: string;
  attributes: Properties;
}

/** Entities between which no policy can tell: by their attributes, and by their ids where a policy looks at ids. */
type Class = readonly [Entity, ...Entity[]];

/**
 * The kinds that only policies know, over what is stored: every stored user, and one of whom nothing is stored, with
 * every stored entity of the kind, or one of which nothing is stored.
 */
export async function entityPopulations(live: Live, sides: Sides, notes: string[]): Promise<Population[]> {
  const kinds = sides.kinds.filter((it) => !isStoredKind(it) && !isOfThisService(it) && sides.actions(it).length > 0);
  const populations: Population[] = [];
  for (const kind of kinds) {
    const byIds = sides.mentionIds(kind);
    const resources = classesOf(await stored(live, kind, notes), byIds);
    const subjects = classesOf([NOBODY, ...(await stored(live, 'user', notes))], byIds);
    populations.push(population(kind, subjects, resources.length > 0 ? resources : [[NOBODY]], notes));
  }
  return populations;
}

const NOBODY: Entity = { id: '(of whom nothing is stored)', attributes: {} };

async function stored(live: Live, type: string, notes: string[]): Promise<Entity[]> {
  const text = `select id, attributes from entity where type = $1 order by id limit ${MOST_ENTITIES + 1}`;
  const found = await Array.fromAsync(live.rows<Entity>(text, [type]));
  if (found.length <= MOST_ENTITIES) return found;
  notes.push(`${UNTOLD} for all entities of the type ${type}: only the first ${MOST_ENTITIES} were compared.`);
  return found.slice(0, MOST_ENTITIES);
}

function classesOf(entities: readonly Entity[], byIds: boolean): Class[] {
  const classes = Map.groupBy(entities, ({ id, attributes }) => exactText(byIds ? [attributes, id] : [attributes]));
  return [...classes.values()].flatMap(([first, ...others]) => (first ? [[first, ...others] as const] : []));
}

function population(
  kind: string,
  subjects: readonly Class[],
  resources: readonly Class[],
  notes: string[],
): Population {
  const pairs = new Map<string, readonly [Class, Class]>();
  for (const [r, resource] of resources.entries()) {
    for (const [s, subject] of subjects.entries()) {
      if (pairs.size < MOST_PAIRS) pairs.set(`${s} ${r}`, [subject, resource]);
    }
  }
  const all = subjects.length * resources.length;
  if (pairs.size < all) {
    notes.push(`${UNTOLD} for whom all of ${kind} changes: of ${all} pairs that differ, ${pairs.size} were compared.`);
  }
  const among = (sigs: ReadonlyMap<string, number>) =>
    [...sigs].map(([key, sig]) => {
      const [ours, theirs] = pairs.get(key) ?? [[], []];
      return { sig, ours, theirs };
    });
  return {
    kind,
    vectors: false,
    subject: ['user', 'users'],
    resource: [kind, `${kind} entities`],
    async *groups() {
      for (const [key, [ours, theirs]] of pairs) yield groupOf(key, ours, theirs);
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

function groupOf(key: string, ours: Class, theirs: Class): Group {
  const [[subject], [resource]] = [ours, theirs];
  const attr = { ...resource.attributes, action: {}, context: {} } as Record<string, Json>;
  const who = { id: subject.id, resource: resource.id, attr: subject.attributes as Record<string, Json> };
  return { key, pairs: ours.length * theirs.length, point: { role: 'user', attr }, held: [], alone: new Map(), who };
}
