import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { AccessRequest } from '../access-requests/entity.ts';
import { BusinessCenter } from '../business-centers/entity.ts';
import { TiktokAccount } from '../tiktok-accounts/entity.ts';
import { rowId, validity } from '../validity.ts';
import type { Scope } from '../vocabulary.ts';

/** The authorization of a Business Center by a TikTok account (identity BC_AUTH_TT). It never expires. */
export const AccountGrant = defineEntity({
  name: 'AccountGrant',
  tableName: 'account_grant',
  properties: {
    id: rowId,
    bcId: () => p.manyToOne(BusinessCenter).mapToPk().fieldName('bc_id'),
    tiktokAccountId: () => p.manyToOne(TiktokAccount).mapToPk().fieldName('tiktok_account_id'),
    scopes: p.array().$type<Scope[]>().columnType('text[]'),
    /** The request that the owner approved; null for imported grants. */
    accessRequestId: () =>
      p.manyToOne(AccessRequest).mapToPk().fieldName('access_request_id').nullable().deleteRule('restrict'),
    ...validity,
  },
  uniques: [
    { name: 'account_grant_current', properties: ['tiktokAccountId', 'bcId'], where: 'valid_to is null' },
    { name: 'account_grant_of_request', properties: ['accessRequestId'] },
  ],
  indexes: [
    { name: 'account_grant_of_business_center', properties: ['bcId', 'tiktokAccountId'], where: 'valid_to is null' },
    {
      name: 'account_grant_ended_of_business_center',
      properties: ['bcId', 'tiktokAccountId'],
      where: 'valid_to is not null',
    },
    { name: 'account_grant_ended', properties: ['tiktokAccountId', 'bcId'], where: 'valid_to is not null' },
  ],
  checks: [
    { name: 'account_grant_scopes', expression: "scopes <@ array['LIVE', 'POST'] and cardinality(scopes) > 0" },
    { name: 'account_grant_validity', expression: 'valid_to >= valid_from' },
  ],
});
export type AccountGrant = InferEntity<typeof AccountGrant>;
