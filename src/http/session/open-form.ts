import { randomBytes } from 'node:crypto';
import type { Context as Http } from 'hono';
import { createMiddleware } from 'hono/factory';
import { cookie } from './cookies.ts';
import type { Env } from '../env.ts';
import { isField } from './csrf-field.ts';
import { ForeignForm, senderOf } from './same-origin.ts';
import { sessionCookies } from './session-cookies.ts';
import { findSignedIn, type Audience } from './signed-in.ts';

const AUDIENCES: readonly Audience[] = ['user', 'tiktok_account'];

/** What a browser is known by whose person has not signed in: its forms carry what is derived of it. */
const browserCookie = cookie('sparkgate_form');

/**
 * For forms that need no sign-in. What says nothing of where it comes from, or that it comes from elsewhere, is refused;
 * where an older browser hides it, the field has to be that of this browser, or of who is signed in there.
 */
export function openForm() {
  return createMiddleware<Env>(async function openFormMiddleware(c, next) {
    const sender = senderOf(c);
    if (sender === 'ours' || (sender === 'hidden' && (await hasField(c)))) return next();
    throw new ForeignForm();
  });
}

/**
 * The value of the field; the browser gets its cookie with the first page. Null where there can be none, such as on an
 * error before it was found out who is signed in.
 */
export function openField(c: Http<Env>): string | null {
  const known = browserCookie.read(c) ?? (c.get('newBrowser') as string | undefined) ?? null;
  if (known !== null) return c.get('services').sessions.fieldOf(known);
  if (c.req.method !== 'GET' || AUDIENCES.some((audience) => sessionCookies[audience].read(c) !== null)) return null;
  const made = randomBytes(32).toString('base64url');
  c.set('newBrowser', made);
  browserCookie.write(c, made);
  return c.get('services').sessions.fieldOf(made);
}

async function hasField(c: Http<Env>): Promise<boolean> {
  const { csrf } = await c.req.parseBody();
  const browser = browserCookie.read(c);
  if (browser !== null && isField(csrf, c.get('services').sessions.fieldsOf(browser))) return true;
  for (const audience of AUDIENCES) {
    const signedIn = await findSignedIn(c, audience);
    if (signedIn && isField(csrf, signedIn.csrfTokens)) return true;
  }
  return false;
}
