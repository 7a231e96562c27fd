import { ENTITY_SLICES } from './entity.ts';
import { isStoredKind, STORED_KINDS } from './kinds.ts';
import { TEXTS, type FactQuestion, type Slice, type SliceRow } from './slice.ts';

/** The key of a thing among those that have changed. */
const thing = (type: string, id: string): string => `${type}:${id}`;

/** The keys of all that the facts of a question hang on: what it names, and what its rows name. */
export function thingsOf(question: FactQuestion, rows: readonly SliceRow[]): string[] {
  const { kind, subjectType, subjectId, resourceId, properties } = question;
  const things = [thing(subjectType, subjectId), thing(kind, resourceId)];
  if (properties.bc_id != null) things.push(thing('business_center', properties.bc_id));
  if (properties.advertiser_id != null) things.push(thing('ad_account', properties.advertiser_id));
  if (properties.user_id != null) things.push(thing('user', properties.user_id));
  for (const { bc_id: center } of rows) if (center !== null) things.push(thing('business_center', center));
  for (const slice of slicesOf(kind)) {
    const column = slice.user === undefined ? -1 : Object.keys(slice.columns).indexOf(slice.user);
    const text = TEXTS[column];
    if (text === undefined) continue;
    for (const row of rows) if (row.slice === slice.name && row[text] !== null) things.push(thing('user', row[text]));
  }
  return things;
}

function slicesOf(kind: string): readonly Slice[] {
  return isStoredKind(kind) ? STORED_KINDS[kind].slices : ENTITY_SLICES;
}
