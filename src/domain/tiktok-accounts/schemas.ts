import { z } from 'zod';
import { closed } from '../closed.ts';
import { displayName, DisplayName, OutsideId } from '../vocabulary.ts';

/** Showcase (商品橱窗): which shops' products the account's profile shows. It takes part in no rule. */
export const Showcase = closed({
  enabled: z.boolean(),
  sources: z
    .array(closed({ shop_id: OutsideId, products: z.enum(['ALL', 'SELECTED']) }))
    .max(100)
    .default([]),
});
export type Showcase = z.infer<typeof Showcase>;

/** A field that is left out stays as it was; null says that it is unknown. */
export const TiktokAccountBody = closed({
  handle: displayName(128)
    .nullish()
    .describe('null: unknown; left out: stays as it was. Required of an account that is not known yet.'),
  display_name: DisplayName.nullish().describe('null: unknown; left out: stays as it was.'),
  ad_authorization: z
    .boolean()
    .nullish()
    .describe("The account's own ad authorization switch. null: unknown; left out: stays as it was."),
  showcase: Showcase.nullish().describe('Replaced as a whole. null: unknown; left out: stays as it was.'),
});
export type TiktokAccountBody = z.infer<typeof TiktokAccountBody>;
