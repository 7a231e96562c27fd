import { z } from 'zod';
import { closed } from '../closed.ts';
import { displayName } from '../vocabulary.ts';

export const FreezeBody = closed({
  reason: displayName(1000)
    .optional()
    .describe('Why, for the trail and for those who may lift it. Left out: stays as it was. Required of a new freeze.'),
  until: z.iso
    .datetime({ offset: true })
    .nullish()
    .describe('When it ends by itself (RFC 3339), later than now; null: when it is lifted; left out: stays as it was.'),
});
export type FreezeBody = z.infer<typeof FreezeBody>;
