import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { TiktokAccount } from '../tiktok-accounts/entity.ts';
import { rowId, validity } from '../validity.ts';
import type { Scope } from '../vocabulary.ts';

/** A TikTok account linked to one TikTok for Business user (identity TT_USER). Nobody else inherits it. */
export const AccountLink = defineEntity({
  name: 'AccountLink',
  tableName: 'account_link',
  properties: {
    id: rowId,
    tiktokAccountId: () => p.manyToOne(TiktokAccount).mapToPk().fieldName('tiktok_account_id'),
    userId: p.text(),
    scopes: p.array().$type<Scope[]>().columnType('text[]'),
    ...validity,
  },
  uniques: [{ name: 'account_link_current', properties: ['userId', 'tiktokAccountId'], where: 'valid_to is null' }],
  indexes: [
    { name: 'account_link_of_account', properties: ['tiktokAccountId', 'userId'], where: 'valid_to is null' },
    { name: 'account_link_ended', properties: ['tiktokAccountId', 'userId'], where: 'valid_to is not null' },
  ],
  checks: [
    { name: 'account_link_scopes', expression: "scopes <@ array['LIVE', 'POST'] and cardinality(scopes) > 0" },
    { name: 'account_link_validity', expression: 'valid_to >= valid_from' },
  ],
});
export type AccountLink = InferEntity<typeof AccountLink>;
