import { z } from 'zod';
import { OutsideId, Scope, sortedSet } from '../domain/vocabulary.ts';

/** What a check of one of our own kinds may say in `action.properties`. Anything else in there is ignored. */
export const ActionProperties = z
  .object({
    /** The ad account in which the Spark Ad would run. */
    advertiser_id: OutsideId.nullish(),
    /** Allows this Business Center's path alone. */
    bc_id: OutsideId.nullish(),
    /** Whom the action would assign or unassign. */
    user_id: OutsideId.nullish(),
    scopes: z.array(Scope).transform(sortedSet).nullish(),
    post: z
      .object({
        item_id: z.string().nullish(),
        tiktok_account_id: OutsideId.nullish(),
        visibility: z.string().nullish(),
        ad_authorization: z.boolean().nullish(),
      })
      .nullish(),
    live: z.object({ live_id: OutsideId }).nullish(),
  })
  .refine(({ post, live }) => !post || !live, { path: ['live'], message: 'name a post or a live, not both' });
export type ActionProperties = z.infer<typeof ActionProperties>;
