import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { since, version } from '../validity.ts';

/** A thing of a kind that only policies know, or a user, with attributes. */
export const Entity = defineEntity({
  name: 'Entity',
  tableName: 'entity',
  properties: {
    type: p.text().primary(),
    id: p.text().primary(),
    attributes: p.json<Record<string, unknown>>(),
    version,
    since,
  },
  checks: [{ name: 'entity_attributes', expression: "jsonb_typeof(attributes) = 'object'" }],
});
export type Entity = InferEntity<typeof Entity>;
