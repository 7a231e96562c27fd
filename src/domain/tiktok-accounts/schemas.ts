import { z } from 'zod';
import { closed } from '../closed.ts';
import { DisplayName, OutsideId } from '../vocabulary.ts';

/** Showcase (商品橱窗): which shops' products the account's profile shows. It takes part in no rule. */
export const Showcase = closed({
  enabled: z.boolean(),
  sources: z
    .array(closed({ shop_id: OutsideId, products: z.enum(['ALL', 'SELECTED']) }))
    .max(100)
    .default([]),
});
export type Showcase = z.infer<typeof Showcase>;

export const TiktokAccountBody = closed({
  handle: DisplayName.max(128),
  display_name: DisplayName.nullish(),
  /** The account's own ad authorization switch; absent or null = unknown. */
  ad_authorization: z.boolean().nullish(),
  showcase: Showcase.nullish(),
});
export type TiktokAccountBody = z.infer<typeof TiktokAccountBody>;
