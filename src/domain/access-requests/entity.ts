import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { BusinessCenter } from '../business-centers/entity.ts';
import { rowId, since } from '../validity.ts';
import type { AccessRequestStatus, Scope } from '../vocabulary.ts';

/** What is stored of a request: `EXPIRED` is never written, a pending request reads so once `expires_at` has passed. */
export type StoredStatus = Exclude<AccessRequestStatus, 'EXPIRED'>;

export const AccessRequest = defineEntity({
  name: 'AccessRequest',
  tableName: 'access_request',
  properties: {
    id: rowId,
    bcId: () => p.manyToOne(BusinessCenter).mapToPk().fieldName('bc_id'),
    /** The account that the request is meant for; null: whoever signs in and approves. Set to the approving account. */
    tiktokAccountId: p.text().nullable(),
    scopes: p.array().$type<Scope[]>().columnType('text[]'),
    status: p.text().$type<StoredStatus>().default('PENDING'),
    /** The status as it reads now: a pending request whose time has passed is `EXPIRED`. */
    statusNow: p
      .text()
      .$type<AccessRequestStatus>()
      .formula(
        (columns) =>
          `case when ${columns.status} = 'PENDING' and ${columns.expiresAt} <= clock_timestamp() then 'EXPIRED' else ${columns.status} end`,
      ),
    requestedBy: p.text(),
    /** SHA-256 of the consent token. The token itself is never stored. */
    tokenHash: p.type('bytea').$type<Buffer>(),
    /** The short code that both screens show. */
    code: p.text(),
    /** For administrators alone: whom it is meant for, in their words. No owner sees it. */
    note: p.text().nullable(),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    expiresAt: p.datetime().columnType('timestamptz(3)'),
    closedAt: p.datetime().columnType('timestamptz(3)').nullable(),
    closedBy: p.text().nullable(),
    lastWrite: p.uuid(),
    since,
  },
  uniques: [{ name: 'access_request_token_hash', properties: ['tokenHash'] }],
  indexes: [
    { name: 'access_request_of_business_center', properties: ['bcId', 'id'] },
    { name: 'access_request_declined', properties: ['closedBy', 'closedAt'], where: "status = 'DECLINED'" },
    { name: 'access_request_of_requester', properties: ['requestedBy', 'id'] },
    { name: 'access_request_pending', properties: ['bcId', 'requestedBy'], where: "status = 'PENDING'" },
  ],
  checks: [
    { name: 'access_request_scopes', expression: "scopes <@ array['LIVE', 'POST'] and cardinality(scopes) > 0" },
    {
      name: 'access_request_status',
      expression: "status in ('PENDING', 'APPROVED', 'DECLINED', 'CANCELLED', 'VOID')",
    },
    { name: 'access_request_token_hash_length', expression: 'octet_length(token_hash) = 32' },
    {
      name: 'access_request_approved_account',
      expression: "status <> 'APPROVED' or tiktok_account_id is not null",
    },
    { name: 'access_request_note', expression: 'char_length(note) <= 200' },
    { name: 'access_request_closed', expression: "(status = 'PENDING') = (closed_at is null)" },
  ],
});
export type AccessRequest = InferEntity<typeof AccessRequest>;
