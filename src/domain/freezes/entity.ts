import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { rowId, validity } from '../validity.ts';
import { FreezeAuthority, FrozenKind } from '../vocabulary.ts';

/**
 * A freeze (R13) of a Business Center, a TikTok account or an ad account: one an authority. It is in force until it is
 * lifted or `until` has come, by the clock of the database; a row whose time has come is closed by the next write.
 */
export const Freeze = defineEntity({
  name: 'Freeze',
  tableName: 'resource_freeze',
  properties: {
    id: rowId,
    kind: p.text().$type<FrozenKind>(),
    resourceId: p.text(),
    authority: p.text().$type<FreezeAuthority>(),
    reason: p.text(),
    /** When it ends by itself; null = when it is lifted. */
    until: p.datetime().columnType('timestamptz(3)').nullable(),
    ...validity,
  },
  uniques: [
    { name: 'resource_freeze_current', properties: ['kind', 'resourceId', 'authority'], where: 'valid_to is null' },
  ],
  checks: [
    { name: 'resource_freeze_kind', expression: "kind in ('business_center', 'tiktok_account', 'ad_account')" },
    { name: 'resource_freeze_authority', expression: "authority in ('SERVICE', 'BUSINESS_CENTER', 'OWNER')" },
    { name: 'resource_freeze_validity', expression: 'valid_to >= valid_from' },
  ],
});
export type Freeze = InferEntity<typeof Freeze>;
