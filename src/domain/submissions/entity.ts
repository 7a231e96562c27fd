import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

/** A write that came with a one-time key and was carried out, so that it is carried out once however often it is sent. */
export const Submission = defineEntity({
  name: 'Submission',
  tableName: 'submission',
  properties: {
    /** SHA-256 of who called what, with the key. */
    key: p.type('bytea').$type<Buffer>().primary(),
    at: p.datetime().columnType('timestamptz(3)'),
    /** SHA-256 of what was sent. */
    sent: p.type('bytea').$type<Buffer>(),
    /** What the answer needs of the result, with its names in their order; never a secret. */
    kept: p.json().$type<unknown>().columnType('json'),
    /** The write that it was; null where nothing had to change. */
    writeId: p.uuid().nullable(),
    /** The revision that was answered; null until one was, since it is known only after the commit. */
    revision: p.text().nullable(),
  },
  indexes: [{ name: 'submission_at', properties: ['at'] }],
  checks: [{ name: 'submission_hash_lengths', expression: 'octet_length(key) = 32 and octet_length(sent) = 32' }],
});
export type Submission = InferEntity<typeof Submission>;
