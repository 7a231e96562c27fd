import { defineEntity, p } from '@mikro-orm/core';

/** A form that was carried out, so that the same form sent twice is carried out once. */
export const FormSubmission = defineEntity({
  name: 'FormSubmission',
  tableName: 'form_submission',
  properties: {
    /** SHA-256 of who sent what to where, with the one-time key that the form carried. */
    hash: p.type('bytea').$type<Buffer>().primary(),
    at: p.datetime().columnType('timestamptz(3)'),
    /** What the answer needs of the result; never a secret. */
    kept: p.json().$type<unknown>(),
  },
  indexes: [{ name: 'form_submission_at', properties: ['at'] }],
  checks: [{ name: 'form_submission_hash_length', expression: 'octet_length(hash) = 32' }],
});
