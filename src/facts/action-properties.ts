import { z } from 'zod';
import { closed } from '../domain/closed.ts';
import { OutsideId, Scope, sortedSet } from '../domain/vocabulary.ts';

const scopes = z.array(Scope).transform(sortedSet).nullish();

const TiktokAccountProperties = closed({
  advertiser_id: OutsideId.nullish().describe('The ad account in which the Spark Ad would run'),
  bc_id: OutsideId.nullish().describe('Allows the path of this Business Center alone'),
  user_id: OutsideId.nullish().describe('Whom the action would assign or unassign'),
  scopes,
  post: closed({
    item_id: OutsideId.nullish(),
    tiktok_account_id: OutsideId.nullish(),
    visibility: z.string().nullish(),
    ad_authorization: z.boolean().nullish(),
  }).nullish(),
  live: closed({ live_id: OutsideId }).nullish(),
})
  .refine(({ post, live }) => !post || !live, { path: ['live'], message: 'name a post or a live, not both' })
  .meta({
    not: {
      required: ['post', 'live'],
      properties: { post: { type: 'object' }, live: { type: 'object' } },
    },
  });

/**
 * What a check of one of our own kinds may say in `action.properties`: one set a kind, whatever the action. What an
 * action does not need is passed over; a name outside the set is refused, since a misspelt `post` would be no post.
 */
export const ACTION_PROPERTIES = {
  tiktok_account: TiktokAccountProperties,
  /** Its `bc_id` is the resource's own, for whoever names one with every check. */
  business_center: closed({ bc_id: OutsideId.nullish(), scopes }),
  ad_account: closed({}),
  access_request: closed({}),
};

/** Of whatever kind: those of the others are among a TikTok account's. */
export type ActionProperties = z.infer<typeof TiktokAccountProperties>;
