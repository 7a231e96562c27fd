import { z } from 'zod';
import { closed } from '../closed.ts';
import { displayName, OutsideId, Scopes } from '../vocabulary.ts';

const MINUTE = 60;
const WEEK = 7 * 24 * 60 * MINUTE;

export const AccessRequestBody = closed({
  scopes: Scopes,
  /** The account that the request is meant for; without it, whoever signs in and approves. */
  tiktok_account_id: OutsideId.nullish(),
  /** For administrators alone, such as whom it is meant for; no owner sees it. */
  note: displayName(200).nullish(),
  /** Life of the QR code in seconds: 1 minute to 7 days. */
  expires_in: z.int().min(MINUTE).max(WEEK).nullish(),
});
export type AccessRequestBody = z.infer<typeof AccessRequestBody>;
