import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { since, version } from '../validity.ts';

/** What a TikTok for Business user is called. It takes part in no rule: policies know users by their ids. */
export const UserProfile = defineEntity({
  name: 'UserProfile',
  tableName: 'user_profile',
  properties: {
    id: p.text().primary(),
    /** null = unknown. */
    displayName: p.text().nullable(),
    email: p.text().nullable(),
    version,
    since,
  },
});
export type UserProfile = InferEntity<typeof UserProfile>;
