import { z } from 'zod';
import { OutsideId } from '../vocabulary.ts';

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
  handle: z
    .string()
    .trim()
    .min(1)
    .max(128)
    .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'must not contain control characters'),
  display_name: z
    .string()
    .trim()
    .min(1)
    .max(256)
    .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'must not contain control characters')
    .nullish(),
  /** The account's own ad authorization switch; absent or null = unknown. */
  ad_authorization: z.boolean().nullish(),
  showcase: Showcase.nullish(),
});
export type TiktokAccountBody = z.infer<typeof TiktokAccountBody>;
