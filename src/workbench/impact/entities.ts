import { isOfThisService } from '../../decision/bundle.ts';
import type { Properties } from '../../decision/check.ts';
import type { Live } from '../live.ts';
import { isStoredKind } from '../../decision/project.ts';
import type { Json } from '../finite-domain.ts';
import type { Group, Population } from './population.ts';
import type { Sides } from './sides.ts';

/** Pairs of stored subjects and resources that are compared for one kind. */
const MOST_PAIRS = 20_000;

interface Entity {
  type: string;
  id: string;
  attributes: Properties;
}

/**
 * The kinds that only policies know, over what is stored: every stored user, and one of whom nothing is stored, with
 * every stored entity of the kind, or one of which nothing is stored.
 */
export async function entityPopulations(live: Live, sides: Sides, notes: string[]): Promise<Population[]> {
  const kinds = sides.kinds.filter((it) => !isStoredKind(it) && !isOfThisService(it) && sides.actions(it).length > 0);
  const populations: Population[] = [];
  for (const kind of kinds) {
    const text = `select type, id, attributes from entity where type = $1 order by id limit ${MOST_PAIRS}`;
    const resources = await all(live.rows<Entity>(text, [kind]));
    const subjects = await all(live.rows<Entity>(text, ['user']));
    populations.push(
      population(kind, [NOBODY, ...subjects], resources.length > 0 ? resources : [{ ...NOBODY, type: kind }], notes),
    );
  }
  return populations;
}

const NOBODY: Entity = { type: 'user', id: '(of whom nothing is stored)', attributes: {} };

function population(
  kind: string,
  subjects: readonly Entity[],
  resources: readonly Entity[],
  notes: string[],
): Population {
  const pairs: (readonly [Entity, Entity])[] = [];
  for (const resource of resources) {
    for (const subject of subjects) if (pairs.length < MOST_PAIRS) pairs.push([subject, resource]);
  }
  const whole = subjects.length * resources.length;
  if (pairs.length < whole)
    notes.push(`${kind}: of ${whole} pairs of stored entities the first ${pairs.length} were compared.`);
  const keyed = Map.groupBy(pairs, ([subject, resource]) =>
    JSON.stringify([subject.attributes, resource.attributes, subject.id, resource.id]),
  );
  const rows = function* (sigs: ReadonlyMap<string, number>) {
    for (const [key, those] of keyed) {
      const sig = sigs.get(key);
      if (sig !== undefined)
        for (const [subject, resource] of those) yield { sig, subject: subject.id, resource: resource.id };
    }
  };
  return {
    kind,
    vectors: false,
    subject: ['user', 'users'],
    resource: [kind, `${kind} entities`],
    async *groups() {
      for (const [key, those] of keyed) for (const pair of those.slice(0, 1)) yield groupOf(key, pair, those.length);
    },
    async *tallies(_live, { sigs }) {
      for (const row of rows(sigs)) yield { ...row, bc_id: null, pairs: 1 };
    },
    async *names(_live, { sigs }, wanted) {
      for (const row of rows(sigs)) if (wanted.includes(row.subject)) yield { ...row, label: row.resource };
    },
  };
}

function groupOf(key: string, [subject, resource]: readonly [Entity, Entity], pairs: number): Group {
  const attr = { ...resource.attributes, action: {}, context: {} } as Record<string, Json>;
  const who = { id: subject.id, resource: resource.id, attr: subject.attributes as Record<string, Json> };
  return { key, pairs, point: { role: 'user', attr }, held: [], alone: new Map(), who };
}

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  return Array.fromAsync(rows);
}
