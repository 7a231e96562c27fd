import { z } from 'zod';
import { closed } from '../closed.ts';
import { DisplayName, KeyPermission, OutsideId, sortedSet } from '../vocabulary.ts';

export const ApiKeyBody = closed({
  name: DisplayName,
  permissions: z.array(KeyPermission).min(1).transform(sortedSet),
  /** Confines the key to these Business Centers; absent or null = not confined. */
  bc_ids: z.array(OutsideId).min(1).max(1000).transform(sortedSet).nullish(),
});
export type ApiKeyBody = z.infer<typeof ApiKeyBody>;
