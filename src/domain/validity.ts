import { p } from '@mikro-orm/core';

/**
 * The columns of every relationship row. A row is opened, and closed once; it is never overwritten or deleted, so that
 * "who had access on date D" stays answerable. The row with `valid_to` null is the current one.
 */
export const validity = {
  validFrom: p.datetime().columnType('timestamptz(3)'),
  validTo: p.datetime().columnType('timestamptz(3)').nullable(),
  begunBy: p.text(),
  endedBy: p.text().nullable(),
  begunWrite: p.uuid(),
  endedWrite: p.uuid().nullable(),
};

/** The id of a stored row: UUID v7 (RFC 9562), made by PostgreSQL; before 18, by a function that a migration makes. */
export const rowId = p.uuid().primary().defaultRaw('uuidv7()');

/** Of what is overwritten in place: PostgreSQL gives each state of a row another, which no other state ever had. */
export const version = p.uuid().defaultRaw('gen_random_uuid()');

/** Of what is overwritten in place: since when it is as it is. What it was before stands in the table of its past. */
export const since = p.datetime().columnType('timestamptz').defaultRaw('clock_timestamp()').lazy();
