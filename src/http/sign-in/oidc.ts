import { Hono, type Context as Http } from 'hono';
import { SparkgateError } from '../../domain/errors.ts';
import { ATTEMPT_LASTS } from '../../identity/sealed-attempts.ts';
import { beginAttempt, finishAttempt, SignInRefused, type Attempt, type Vouched } from '../../identity/code-flow.ts';
import type { Issuer } from '../../identity/issuer.ts';
import type { Env } from '../env.ts';
import { findSignedIn, type Audience } from '../middleware/signed-in.ts';
import { localPath } from '../ui/local-path.ts';
import { urls } from '../ui/urls.ts';
import { begin } from './begin.ts';
import { drop, isLoopback, read, write } from './cookies.ts';
import { failurePage, type Failure } from './pages.ts';

/** Where the issuer sends people of a kind back to: two addresses, so that no issuer's answer reaches the other's. */
const CALLBACKS = { user: '/sign-in/user/callback', tiktok_account: '/sign-in/tiktok-account/callback' } as const;

/** OpenID Connect: authorization code with PKCE, for both kinds of people. */
export const oidcSignIn = new Hono<Env>()
  .get('/sign-in/user', async (c) => start(c, 'user'))
  .get('/sign-in/tiktok-account', async (c) => start(c, 'tiktok_account'))
  .get(CALLBACKS.user, async (c) => finish(c, 'user'))
  .get(CALLBACKS.tiktok_account, async (c) => finish(c, 'tiktok_account'));

async function start(c: Http<Env>, audience: Audience): Promise<Response> {
  const { publicUrl, sealedAttempts } = c.get('services');
  const issuer = issuerOf(c, audience);
  const elsewhere = sameMachine(new URL(c.req.url), new URL(publicUrl()));
  if (elsewhere) return c.redirect(elsewhere, 302);
  const next = localPath(c.req.query('next'), home(audience));
  // Who is signed in and comes again wants to be somebody else.
  const anew = (await findSignedIn(c, audience)) !== null;
  try {
    const { attempt, url } = await beginAttempt(issuer, `${publicUrl()}${CALLBACKS[audience]}`, { next, anew });
    write(c, cookieOf(audience), await sealedAttempts.seal(audience, attempt), { maxAge: ATTEMPT_LASTS });
    return c.redirect(url.href, 302);
  } catch (error) {
    return failed(c, error, audience, next);
  }
}

async function finish(c: Http<Env>, audience: Audience): Promise<Response> {
  const issuer = issuerOf(c, audience);
  const attempt = await takeAttempt(c, audience);
  if (!attempt) return failurePage(c, 'expired', audience, home(audience));
  try {
    await begin(c, await vouched(c, issuer, attempt));
    return c.redirect(localPath(attempt.next, home(audience)), 303);
  } catch (error) {
    return failed(c, error, audience, attempt.next);
  }
}

async function vouched(c: Http<Env>, issuer: Issuer, attempt: Attempt): Promise<Vouched> {
  const { search } = new URL(c.req.url);
  const callback = new URL(`${CALLBACKS[issuer.settings.type]}${search}`, c.get('services').publicUrl());
  return finishAttempt(issuer, callback, attempt);
}

/** An attempt is tried once: whatever comes of it, the browser no longer holds it. */
async function takeAttempt(c: Http<Env>, audience: Audience): Promise<Attempt | null> {
  const sealed = read(c, cookieOf(audience));
  if (sealed === null) return null;
  drop(c, cookieOf(audience));
  const attempt = await c.get('services').sealedAttempts.open(audience, sealed);
  return attempt?.state === c.req.query('state') ? attempt : null;
}

/** Logs what became of it by a code alone: answers of an issuer hold secrets. */
function failed(c: Http<Env>, error: unknown, audience: Audience, next: string) {
  const why: Failure | null =
    error instanceof SignInRefused
      ? error.why
      : error instanceof SparkgateError && error.code === 'unavailable'
        ? 'unreachable'
        : null;
  if (why === null) throw error;
  const code = error instanceof SignInRefused ? error.code : codeIn(error);
  c.get('log').warn({ audience, why, code }, 'sign-in failed');
  return failurePage(c, why, audience, next);
}

function codeIn(error: unknown): string {
  const cause = error instanceof Error ? error.cause : error;
  if (typeof cause === 'string') return cause;
  return cause instanceof Error ? cause.name : 'unknown';
}

/** @throws SparkgateError `not_found` where nobody vouches for that kind of person */
function issuerOf(c: Http<Env>, audience: Audience): Issuer {
  const issuer = c.get('services').issuers[audience];
  if (!issuer) throw new SparkgateError('not_found', 'There is nothing at this address.');
  return issuer;
}

/** A loopback address has several names, and cookies belong to one of them: the one that the issuer sends back to. */
function sameMachine(asked: URL, publicUrl: URL): string | null {
  const other = asked.hostname !== publicUrl.hostname && isLoopback(asked.hostname) && isLoopback(publicUrl.hostname);
  return other ? new URL(`${asked.pathname}${asked.search}`, publicUrl).href : null;
}

function cookieOf(audience: Audience): string {
  return `sparkgate_signing_in_${audience}`;
}

function home(audience: Audience): string {
  return audience === 'user' ? urls.console() : urls.myAccount.show();
}
