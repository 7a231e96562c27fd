import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { AccountGrant } from '../account-grants/entity.ts';
import { rowId, validity } from '../validity.ts';
import type { Scope } from '../vocabulary.ts';

/** A granted account given to a member, with scopes within the grant's (TikTok: /bc/asset/assign). */
export const Assignment = defineEntity({
  name: 'Assignment',
  tableName: 'assignment',
  properties: {
    id: rowId,
    grantId: () => p.manyToOne(AccountGrant).mapToPk().fieldName('grant_id'),
    bcId: p.text(),
    tiktokAccountId: p.text(),
    userId: p.text(),
    scopes: p.array().$type<Scope[]>().columnType('text[]'),
    /** Those of them that the member added themself, until another administrator assigns the very same scopes. */
    selfAssigned: p.array().$type<Scope[]>().columnType('text[]').defaultRaw(`'{}'`),
    ...validity,
  },
  uniques: [
    { name: 'assignment_current', properties: ['userId', 'tiktokAccountId', 'bcId'], where: 'valid_to is null' },
  ],
  indexes: [
    { name: 'assignment_under_grant', properties: ['grantId', 'userId'], where: 'valid_to is null' },
    { name: 'assignment_of_member', properties: ['bcId', 'userId'], where: 'valid_to is null' },
    { name: 'assignment_of_account', properties: ['tiktokAccountId', 'userId'], where: 'valid_to is null' },
    { name: 'assignment_ended_of_account', properties: ['tiktokAccountId', 'userId'], where: 'valid_to is not null' },
    { name: 'assignment_ended', properties: ['userId', 'tiktokAccountId'], where: 'valid_to is not null' },
  ],
  checks: [
    { name: 'assignment_scopes', expression: "scopes <@ array['LIVE', 'POST'] and cardinality(scopes) > 0" },
    { name: 'assignment_self_assigned', expression: 'self_assigned <@ scopes' },
    { name: 'assignment_validity', expression: 'valid_to >= valid_from' },
  ],
});
export type Assignment = InferEntity<typeof Assignment>;
