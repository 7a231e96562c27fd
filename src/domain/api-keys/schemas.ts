import { z } from 'zod';
import { closed } from '../closed.ts';
import { DisplayName, KeyPermission, OutsideId, sortedSet } from '../vocabulary.ts';

export const ApiKeyBody = closed({
  name: DisplayName,
  permissions: z.array(KeyPermission).min(1).transform(sortedSet),
  /** Confines the key to these Business Centers; absent or null = not confined. */
  bc_ids: z.array(OutsideId).min(1).max(1000).transform(sortedSet).nullish(),
  /** From when on the key counts no more (RFC 3339); absent or null = it does not expire. */
  expires_at: z.iso.datetime({ offset: true }).nullish(),
});
export type ApiKeyBody = z.infer<typeof ApiKeyBody>;

const DAY = 24 * 60 * 60;

export const RotationBody = closed({
  /** For how many seconds the secret of before counts beside the new one: a day unless said, 30 days at most. */
  overlap: z
    .int()
    .min(0)
    .max(30 * DAY)
    .default(DAY),
});
export type RotationBody = z.infer<typeof RotationBody>;
