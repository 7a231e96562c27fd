import type { Context } from '../context.ts';
import { notAvailable } from './find-pending.ts';

/** The TikTok account that answers. The policies let nobody else come so far. */
export function signedInAccount(ctx: Context): string {
  if (ctx.actor.type !== 'tiktok_account') throw notAvailable();
  return ctx.actor.id;
}
