import { Hono, type Context as Http } from 'hono';
import { SparkgateError } from '../../../domain/errors.ts';
import { ATTEMPT_LASTS } from '../../../identity/sealed-attempts.ts';
import { beginAttempt, finishAttempt, SignInRefused, type Attempt, type Vouched } from '../../../identity/code-flow.ts';
import type { Issuer } from '../../../identity/issuer.ts';
import { isLoopback } from '../../../platform/loopback.ts';
import { flowCookies } from '../../session/cookies.ts';
import type { Env, SignedIn } from '../../env.ts';
import { findSignedIn, type Audience } from '../../session/signed-in.ts';
import { localPath } from '../../ui/local-path.ts';
import { routes } from '../../routes.ts';
import { beginSession } from '../../session/begin-session.ts';
import { failurePage, type Failure } from './sign-in-pages.ts';

/** Where the issuer sends people of a kind back to: two addresses, so that no issuer's answer reaches the other's. */
const CALLBACKS = { user: routes.signIn.userCallback, tiktok_account: routes.signIn.tiktokAccountCallback } as const;

/** What a browser keeps of the sign-ins that it began, of each by itself. */
const ATTEMPTS = {
  user: flowCookies('sparkgate_signing_in_user', { lasts: ATTEMPT_LASTS, most: 5 }),
  tiktok_account: flowCookies('sparkgate_signing_in_tiktok_account', { lasts: ATTEMPT_LASTS, most: 5 }),
} as const;

/** OpenID Connect: authorization code with PKCE, for both kinds of people. */
export const oidcSignIn = new Hono<Env>()
  .get(routes.signIn.user.pattern, async (c) => start(c, 'user'))
  .get(routes.signIn.tiktokAccount.pattern, async (c) => start(c, 'tiktok_account'))
  .get(CALLBACKS.user.pattern, async (c) => finish(c, 'user'))
  .get(CALLBACKS.tiktok_account.pattern, async (c) => finish(c, 'tiktok_account'));

async function start(c: Http<Env>, audience: Audience): Promise<Response> {
  const { publicUrl, sealedAttempts } = c.get('services');
  const issuer = issuerOf(c, audience);
  const elsewhere = sameMachine(new URL(c.req.url), new URL(publicUrl()));
  if (elsewhere) return c.redirect(elsewhere, 302);
  const next = localPath(c.req.query('next'), home(audience));
  // Who is signed in and comes again wants to be somebody else.
  const anew = (await findSignedIn(c, audience)) !== null;
  try {
    const { attempt, url } = await beginAttempt(issuer, `${publicUrl()}${CALLBACKS[audience]()}`, { next, anew });
    ATTEMPTS[audience].write(c, flowOf(attempt.state), await sealedAttempts.seal(audience, attempt));
    return c.redirect(url.href, 302);
  } catch (error) {
    return failed(c, error, audience, next);
  }
}

async function finish(c: Http<Env>, audience: Audience): Promise<Response> {
  const issuer = issuerOf(c, audience);
  const flow = flowOf(c.req.query('state') ?? '');
  const kept = await keptOf(c, audience, flow);
  if (!kept) return failurePage(c, 'expired', audience, home(audience));
  const goOn = () => c.redirect(localPath(kept.next, home(audience)), 303);
  const current = await findSignedIn(c, audience);
  // The address was loaded again, or come back to, after all was done.
  if ('signIn' in kept) return current?.id === kept.signIn ? goOn() : failurePage(c, 'expired', audience, kept.next);
  try {
    const vouched = await vouchedFor(c, issuer, kept);
    const id = isDone(current, vouched, kept) ? current.id : await beginSession(c, vouched);
    const { state, next } = kept;
    const done = await c.get('services').sealedAttempts.seal(audience, { state, next, signIn: id });
    ATTEMPTS[audience].write(c, flow, done);
    return goOn();
  } catch (error) {
    ATTEMPTS[audience].drop(c, flow);
    return failed(c, error, audience, kept.next);
  }
}

/** Whether another tab signed the same person in meanwhile: its pages stay good. */
function isDone(current: SignedIn | null, { actor }: Vouched, { begun }: Attempt): current is SignedIn {
  return current !== null && current.actor.id === actor.id && current.signedInAt.getTime() >= begun;
}

async function vouchedFor(c: Http<Env>, issuer: Issuer, attempt: Attempt): Promise<Vouched> {
  const { search } = new URL(c.req.url);
  const callback = new URL(`${CALLBACKS[issuer.settings.type]()}${search}`, c.get('services').publicUrl());
  return finishAttempt(issuer, callback, attempt);
}

/** What this browser keeps of the attempt that the issuer answered; null for nothing, or for another one. */
async function keptOf(c: Http<Env>, audience: Audience, flow: string) {
  const sealed = ATTEMPTS[audience].read(c, flow);
  const kept = sealed === null ? null : await c.get('services').sealedAttempts.open(audience, sealed);
  if (kept && kept.state === c.req.query('state')) return kept;
  if (sealed !== null) ATTEMPTS[audience].drop(c, flow);
  return null;
}

const WHY = { declined: 'declined', used: 'expired', refused: 'refused' } as const;

/** Logs what became of it by a code alone: answers of an issuer hold secrets. */
function failed(c: Http<Env>, error: unknown, audience: Audience, next: string) {
  const why: Failure | null =
    error instanceof SignInRefused
      ? WHY[error.why]
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

/** The start of a state names its attempt: several can be under way in one browser. */
function flowOf(state: string): string {
  return state.slice(0, 16);
}

function home(audience: Audience): string {
  return audience === 'user' ? routes.console.choose() : routes.myAccount.show();
}
