import { z } from 'zod';
import { DisplayName, OutsideId } from '../vocabulary.ts';

/** Showcase (商品橱窗): which shops' products the account's profile shows. It takes part in no rule. */
export const Showcase = z.strictObject({
  enabled: z.boolean(),
  sources: z
    .array(z.strictObject({ shop_id: OutsideId, products: z.enum(['ALL', 'SELECTED']) }))
    .max(100)
    .default([]),
});
export type Showcase = z.infer<typeof Showcase>;

export const TiktokAccountBody = z.object({
  handle: DisplayName.max(128),
  display_name: DisplayName.nullish(),
  /** The account's own ad authorization switch; absent or null = unknown. */
  ad_authorization: z.boolean().nullish(),
  showcase: Showcase.nullish(),
});
export type TiktokAccountBody = z.infer<typeof TiktokAccountBody>;
