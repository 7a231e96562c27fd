import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { rowId, since, validity, version } from '../validity.ts';
import { UserRole } from '../vocabulary.ts';

export const BusinessCenter = defineEntity({
  name: 'BusinessCenter',
  tableName: 'business_center',
  properties: { bcId: p.text().primary(), name: p.text(), version, since },
});
export type BusinessCenter = InferEntity<typeof BusinessCenter>;

/** A TikTok for Business user in a Business Center, with a role. */
export const Member = defineEntity({
  name: 'Member',
  tableName: 'member',
  properties: {
    id: rowId,
    bcId: () => p.manyToOne(BusinessCenter).mapToPk().fieldName('bc_id'),
    /** The same for as long as the user is a member, through changes of role. */
    membershipId: p.uuid().defaultRaw('uuidv7()'),
    userId: p.text(),
    userRole: p.text().$type<UserRole>(),
    ...validity,
  },
  uniques: [
    { name: 'member_current', properties: ['userId', 'bcId'], where: 'valid_to is null' },
    { name: 'member_of_membership', properties: ['membershipId'], where: 'valid_to is null' },
  ],
  indexes: [
    { name: 'member_of_business_center', properties: ['bcId', 'userId'], where: 'valid_to is null' },
    { name: 'member_ended', properties: ['bcId', 'userId'], where: 'valid_to is not null' },
    { name: 'member_by_role', properties: ['bcId', 'userRole', 'userId'], where: 'valid_to is null' },
  ],
  checks: [
    { name: 'member_user_role', expression: "user_role in ('ADMIN', 'STANDARD')" },
    { name: 'member_validity', expression: 'valid_to >= valid_from' },
  ],
});
export type Member = InferEntity<typeof Member>;
