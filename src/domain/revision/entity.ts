import { defineEntity, p } from '@mikro-orm/core';

/** The one row that counts writes. Whoever writes holds it until commit, so revisions are in commit order. */
export const RelationshipRevision = defineEntity({
  name: 'RelationshipRevision',
  tableName: 'relationship_revision',
  properties: {
    one: p.boolean().primary().default(true),
    value: p.bigint('string').default('0'),
    at: p.datetime().columnType('timestamptz(3)').defaultRaw('now()'),
  },
  checks: [{ name: 'relationship_revision_one_row', expression: 'one' }],
});

/** The limits that the database guards, written from the configuration at each start. */
export const KnownLimit = defineEntity({
  name: 'KnownLimit',
  tableName: 'known_limit',
  properties: { name: p.text().primary(), value: p.integer() },
});
