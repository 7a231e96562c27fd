import type { Properties } from '../../decision/check.ts';
import { canonicalJson } from '@sparkgate/cerbos-pdp/canonical-json';
import type { Live } from '../live.ts';
import { UNTOLD } from './comparison.ts';

/** Stored entities of one type that are read. */
const MOST_ENTITIES = 100_000;

/** One side of a check, with what is stored of it. */
export interface Entity {
  id: string;
  attributes: Properties;
}

/** Entities between which no policy can tell: by their attributes, and by their ids where a policy looks at ids. */
export type Class = readonly [Entity, ...Entity[]];

/** Whom nothing in the database is about. */
export const NOBODY: Entity = { id: '(of whom nothing is stored)', attributes: {} };

/** Where ids of our own types are known from. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  user: [
    'select user_id as id from member where valid_to is null',
    'select user_id from ad_account_member where valid_to is null',
    'select user_id from account_link where valid_to is null',
  ],
  tiktok_account: ['select id from tiktok_account'],
};

/**
 * The stored entities of a type.
 * @param known those of our own types, too, of which no attributes are stored
 */
export async function storedEntities(live: Live, type: string, known: boolean, notes: string[]): Promise<Entity[]> {
  const sources = ['select id from entity where type = $1', ...(known ? (KNOWN[type] ?? []) : [])];
  const text = `select k.id, coalesce(e.attributes, '{}') as attributes
      from (${sources.join(' union ')}) k left join entity e on e.type = $1 and e.id = k.id
     order by k.id limit ${MOST_ENTITIES + 1}`;
  const found = await Array.fromAsync(live.rows<Entity>(text, [type]));
  if (found.length <= MOST_ENTITIES) return found;
  notes.push(`${UNTOLD} for all entities of the type ${type}: only the first ${MOST_ENTITIES} were compared.`);
  return found.slice(0, MOST_ENTITIES);
}

/** The types of which entities are stored. */
export async function storedTypes(live: Live): Promise<string[]> {
  const rows = live.rows<{ type: string }>('select distinct type from entity order by type');
  return Array.fromAsync(rows, ({ type }) => type);
}

/** Puts those together that are alike. */
export function classesOf(entities: readonly Entity[], byIds: boolean): Class[] {
  const classes = Map.groupBy(entities, ({ id, attributes }) => canonicalJson(byIds ? [attributes, id] : [attributes]));
  return [...classes.values()].flatMap(([first, ...others]) => (first ? [[first, ...others] as const] : []));
}
