import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { BusinessCenter } from '../business-centers/entity.ts';
import { rowId, since, validity, version } from '../validity.ts';
import { AdvertiserRole } from '../vocabulary.ts';

export const AdAccount = defineEntity({
  name: 'AdAccount',
  tableName: 'ad_account',
  properties: {
    advertiserId: p.text().primary(),
    name: p.text(),
    bcId: () => p.manyToOne(BusinessCenter).mapToPk().fieldName('bc_id').nullable(),
    version,
    since,
  },
});
export type AdAccount = InferEntity<typeof AdAccount>;

/** A user's role in an ad account. */
export const AdAccountMember = defineEntity({
  name: 'AdAccountMember',
  tableName: 'ad_account_member',
  properties: {
    id: rowId,
    advertiserId: () => p.manyToOne(AdAccount).mapToPk().fieldName('advertiser_id'),
    userId: p.text(),
    advertiserRole: p.text().$type<AdvertiserRole>(),
    ...validity,
  },
  indexes: [
    { name: 'ad_account_member_of_ad_account', properties: ['advertiserId', 'userId'], where: 'valid_to is null' },
    { name: 'ad_account_member_ended', properties: ['advertiserId', 'userId'], where: 'valid_to is not null' },
  ],
  uniques: [{ name: 'ad_account_member_current', properties: ['userId', 'advertiserId'], where: 'valid_to is null' }],
  checks: [
    { name: 'ad_account_member_role', expression: "advertiser_role in ('ADMIN', 'OPERATOR', 'ANALYST')" },
    { name: 'ad_account_member_validity', expression: 'valid_to >= valid_from' },
  ],
});
export type AdAccountMember = InferEntity<typeof AdAccountMember>;
