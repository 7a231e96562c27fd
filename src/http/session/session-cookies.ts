import { cookie, type Cookie } from './cookies.ts';
import type { SignedInActor } from '../../domain/sign-ins/entity.ts';

/**
 * Each kind of person has a cookie of its own: one browser may be signed in as a user and as a TikTok account. It ends
 * with the browser; how long it counts at the most is up to the sign-in itself.
 */
export const sessionCookies: Readonly<Record<SignedInActor['type'], Cookie>> = {
  user: cookie('sparkgate_user'),
  tiktok_account: cookie('sparkgate_tiktok_account'),
};
