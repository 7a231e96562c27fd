import type { Context as Http } from 'hono';
import { createMiddleware } from 'hono/factory';
import { SparkgateError } from '../../domain/errors.ts';
import type { SignedInActor } from '../../domain/sign-ins/entity.ts';
import type { Env, SignedIn } from '../env.ts';
import { urls } from '../ui/urls.ts';
import { dropSessionCookie, sessionCookie, setSessionCookie } from '../sign-in/cookies.ts';

/** The two kinds of people who sign in, each with a cookie of its own. */
export type Audience = SignedInActor['type'];

/** Lets nobody in who is not signed in: a GET goes to the sign-in and comes back, anything else is a 401. */
export function signedIn(audience: Audience) {
  return createMiddleware<Env>(async function signedInMiddleware(c, next) {
    c.header('Cache-Control', 'no-store');
    const found = await findSignedIn(c, audience);
    if (!found) return toSignIn(c, audience);
    c.set('signedIn', found);
    return next();
  });
}

/** Who is signed in; a token that has become old is renewed on the way. @throws SparkgateError `unavailable` */
export async function findSignedIn(c: Http<Env>, audience: Audience): Promise<SignedIn | null> {
  const token = sessionCookie(c, audience);
  if (token === null) return null;
  const session = await c.get('services').sessions.find(token, audience);
  if (!session) {
    dropSessionCookie(c, audience);
    return null;
  }
  if (session.renewed !== null) setSessionCookie(c, audience, session.renewed);
  const { id, actor, displayName, issuer, csrfToken, signedInAt } = session;
  return { id, actor, displayName, csrfToken, signedInAt, demo: issuer === null };
}

function toSignIn(c: Http<Env>, audience: Audience): Response {
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD') {
    throw new SparkgateError('unauthenticated', 'You are not signed in, or not any more. Sign in and try again.');
  }
  const { pathname, search } = new URL(c.req.url);
  return c.redirect(urls.signIn.choose(audience, `${pathname}${search}`), 302);
}
