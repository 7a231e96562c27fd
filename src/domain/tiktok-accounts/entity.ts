import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { since, version } from '../validity.ts';
import type { Showcase } from './schemas.ts';

export const TiktokAccount = defineEntity({
  name: 'TiktokAccount',
  tableName: 'tiktok_account',
  properties: {
    id: p.text().primary(),
    /** null until somebody tells it: an account may be granted before its profile is known here. */
    handle: p.text().nullable(),
    displayName: p.text().nullable(),
    /** The account's own ad authorization switch; null = unknown. */
    adAuthorization: p.boolean().nullable(),
    showcase: p.json<Showcase>().nullable(),
    version,
    since,
  },
});
export type TiktokAccount = InferEntity<typeof TiktokAccount>;
