import type { Context as Http } from 'hono';
import { createMiddleware } from 'hono/factory';
import { SparkgateError } from '../../domain/errors.ts';
import type { SignedInActor } from '../../domain/sign-ins/entity.ts';
import { sameIssuer } from '../../identity/issuer-name.ts';
import type { Session } from '../../identity/sessions.ts';
import type { Env, SignedIn } from '../env.ts';
import { pageOf } from '../ui/form-page.ts';
import { signInLink } from '../routes.ts';
import { sessionCookies } from './session-cookies.ts';
import { askedBy } from './asked-by.ts';
import { demoPeopleFor } from '../middleware/forwarded.ts';

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

/** Who is signed in; for a person, a token that has become old is renewed on the way. @throws SparkgateError `unavailable` */
export async function findSignedIn(c: Http<Env>, audience: Audience): Promise<SignedIn | null> {
  const cookie = sessionCookies[audience];
  const token = cookie.read(c);
  if (token === null) return null;
  const session = await c.get('services').sessions.find(token, audience, askedBy(c));
  if (!session) {
    cookie.drop(c);
    return null;
  }
  if (!isVouchedFor(c, session)) return null;
  if (session.renewed !== null) cookie.write(c, session.renewed);
  const { id, actor, displayName, issuer, csrfToken, csrfTokens, signedInAt } = session;
  return { id, actor, displayName, csrfToken, csrfTokens, signedInAt, demo: issuer === null };
}

/**
 * Whether the sign-in counts by the settings of now: the demo's only where the demo's sign-in is, and where an issuer
 * vouches for people, only its own, since another's ids may be other people.
 */
function isVouchedFor(c: Http<Env>, { issuer, actor }: Session): boolean {
  if (issuer === null) return demoPeopleFor(c).length > 0;
  const now = c.get('services').issuers[actor.type];
  return now === null || sameIssuer(now.settings.issuer, issuer);
}

function toSignIn(c: Http<Env>, audience: Audience): Response {
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD') {
    throw new SparkgateError('unauthenticated', 'You are not signed in, or not any more. Sign in and try again.');
  }
  return c.redirect(signInLink(audience, pageOf(c)), 302);
}
