import { z } from 'zod';
import { isMember, KEY_CENTERS } from './known.ts';
import { slice, type Loaded } from './slice.ts';

// Kinds that only policies know have no facts of their own: what is stored of both sides as entities is sent as it is.

const STORED_KINDS = `('tiktok_account', 'business_center', 'ad_account', 'access_request')`;
/** A confined key is told nothing of a user who is a member of none of its Business Centers. */
const inSight = (type: string, id: string): string =>
  `q.kind not in ${STORED_KINDS} and (q.within is null or ${type} <> 'user' or ${isMember(id, KEY_CENTERS)})`;

const SUBJECT = slice({
  name: 'subject',
  on: ['subject'],
  columns: { attributes: 'e.attributes::text' },
  from: `question q join entity e on e.type = q.subject_type and e.id = q.subject_id
    where ${inSight('q.subject_type', 'q.subject_id')}`,
});

const RESOURCE = slice({
  name: 'resource',
  on: ['resource'],
  columns: { attributes: 'e.attributes::text' },
  from: `question q join entity e on e.type = q.kind and e.id = q.resource_id
    where ${inSight('q.kind', 'q.resource_id')}`,
});

const SIDES = { subject: SUBJECT, resource: RESOURCE };

export const ENTITY_SLICES = [SUBJECT, RESOURCE];

/** What is stored of one side of a check as an entity. */
export function storedAttributes(loaded: Loaded, side: 'subject' | 'resource'): Readonly<Record<string, unknown>> {
  const stored = loaded.one(SIDES[side])?.attributes;
  return stored == null ? {} : z.record(z.string(), z.unknown()).parse(JSON.parse(stored));
}
