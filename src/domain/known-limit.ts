import { defineEntity, p } from '@mikro-orm/core';

/** The limits that the database guards, written from the configuration at each start. */
export const KnownLimit = defineEntity({
  name: 'KnownLimit',
  tableName: 'known_limit',
  properties: { name: p.text().primary(), value: p.integer() },
});
