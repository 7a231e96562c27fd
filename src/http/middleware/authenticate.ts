import type { Context as Http } from 'hono';
import { createMiddleware } from 'hono/factory';
import { SparkgateError } from '../../domain/errors.ts';
import { authorizeKey } from '../../domain/authorize.ts';
import { actorOf, keyActor } from '../../identity/actor.ts';
import type { Caller, Env } from '../env.ts';
import { CONSISTENCY_HEADER } from '../validation.ts';

/** How the paths of checks begin, single ones and batches. */
const EVALUATIONS = '/access/v1/evaluation';

const BEARER = /^Bearer +([^\s]+)$/i;

/** Lets nobody in without a valid API key or access token, and finds out for whom the call is. */
export function authenticate() {
  return createMiddleware<Env>(async function authenticateMiddleware(c, next) {
    const token = bearerToken(c.req.header('Authorization'));
    if (token === null) throw new SparkgateError('unauthenticated', (say) => say.details.noCredentials);
    c.set('keyChanges', c.get('services').keyRing.changes);
    c.set('caller', (await keyCaller(c, token)) ?? (await personCaller(c, token)));
    await next();
  });
}

/** The token of the header `Authorization`; null where there is none (RFC 6750, 2.1). */
export function bearerToken(header: string | undefined): string | null {
  return BEARER.exec(header ?? '')?.[1] ?? null;
}

/**
 * For a call that is judged by facts of now: whoever's key was revoked before they were read has none any more.
 * @throws SparkgateError `unauthenticated`
 */
export async function requireSameCaller(c: Http<Env>): Promise<void> {
  const { keyRing } = c.get('services');
  if (c.get('caller').key === null || c.get('keyChanges') === keyRing.changes) return;
  const token = bearerToken(c.req.header('Authorization'));
  if (token !== null && (await keyRing.find(token)) !== null) return;
  throw new SparkgateError('unauthenticated', (say) => say.details.badCredentials);
}

/** A key calls for itself, or for the person it names, if it may. */
async function keyCaller(c: Http<Env>, token: string): Promise<Caller | null> {
  const { keyRing, contextFor, settings } = c.get('services');
  // A check that takes facts of a while ago takes keys of then; no other call does.
  const takesBounded = c.req.path.startsWith(EVALUATIONS) && c.req.header(CONSISTENCY_HEADER) === 'bounded';
  const key = await keyRing.find(token, takesBounded ? settings.stalenessLimit * 1000 : undefined);
  if (!key) return null;
  const person = actorOf(c.req.header('X-Actor'));
  const caller = { key, actor: person ?? keyActor(key) };
  if (person) await authorizeKey(contextFor(caller, c.get('requestId')), 'act_as', key.bcIds ?? []);
  return caller;
}

/** A person calls for themself; the policies refuse whoever else `X-Actor` names. */
async function personCaller(c: Http<Env>, token: string): Promise<Caller> {
  const { personTokens, contextFor } = c.get('services');
  const actor = await personTokens.find(token);
  if (!actor) {
    throw new SparkgateError('unauthenticated', (say) => say.details.badCredentials);
  }
  const caller = { key: null, actor };
  const named = actorOf(c.req.header('X-Actor'));
  if (named) await authorizeKey(contextFor(caller, c.get('requestId')), 'act_as', [], named);
  return caller;
}

/** For routes that a person calls: a key alone is nobody. */
export function requirePerson() {
  return createMiddleware<Env>(async function requirePersonMiddleware(c, next) {
    if (c.get('caller').actor.type === 'api_key') {
      throw new SparkgateError('invalid_request', (say) => say.details.whoActs, {
        errors: [{ pointer: 'X-Actor', message: 'is missing' }],
      });
    }
    await next();
  });
}
