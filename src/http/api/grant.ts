import { z } from '@hono/zod-openapi';
import { ObligationTold, Scopes } from './answers.ts';

/** An account grant over the wire. */
export const Grant = z
  .object({
    bc_id: z.string(),
    tiktok_account_id: z.string(),
    scopes: Scopes,
    granted_at: z.string(),
    revoked_at: z.string().nullable(),
  })
  .openapi('AccountGrant');

export const RevokedGrant = Grant.extend({
  assignments_ended: z.int(),
  obligations: z.array(ObligationTold),
}).openapi('RevokedAccountGrant');
