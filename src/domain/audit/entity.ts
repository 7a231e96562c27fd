import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { rowId } from '../validity.ts';

/** One step of one write: who did what to what, before and after. Rows are only ever added. */
export const AuditEntry = defineEntity({
  name: 'AuditEntry',
  tableName: 'audit_entry',
  properties: {
    id: rowId,
    writeId: p.uuid(),
    at: p.datetime().columnType('timestamptz(3)'),
    actor: p.text(),
    /** The API key through which the actor called; null for the command line and for signed-in people. */
    apiKey: p.text().nullable(),
    requestId: p.text().nullable(),
    event: p.text(),
    bcId: p.text().nullable(),
    subjectType: p.text(),
    subjectId: p.text(),
    before: p.json<unknown>().nullable(),
    after: p.json<unknown>().nullable(),
    /** What a reader should notice, such as an administrator who assigns themself. */
    flags: p.array().$type<string[]>().columnType('text[]'),
  },
  indexes: [
    { name: 'audit_entry_of_business_center', properties: ['bcId', 'id'] },
    { name: 'audit_entry_of_write', properties: ['writeId', 'bcId', 'id'] },
    { name: 'audit_entry_of_subject', properties: ['subjectType', 'subjectId', 'id'] },
  ],
});
export type AuditEntry = InferEntity<typeof AuditEntry>;
