import type { Context as Http } from 'hono';
import { createMiddleware } from 'hono/factory';
import { SparkgateError } from '../../domain/errors.ts';
import { authorizeKey } from '../../domain/authorize.ts';
import { actorOf, keyActor } from '../../identity/actor.ts';
import type { Caller, Env } from '../env.ts';

const BEARER = /^Bearer +([^\s]+)$/i;

/** Lets nobody in without a valid API key or access token, and finds out for whom the call is. */
export function authenticate() {
  return createMiddleware<Env>(async function authenticateMiddleware(c, next) {
    const [, token] = BEARER.exec(c.req.header('Authorization') ?? '') ?? [];
    if (token === undefined) {
      throw new SparkgateError('unauthenticated', (say) => say.details.noCredentials);
    }
    c.set('caller', (await keyCaller(c, token)) ?? (await personCaller(c, token)));
    await next();
  });
}

/** A key calls for itself, or for the person it names, if it may. */
async function keyCaller(c: Http<Env>, token: string): Promise<Caller | null> {
  const { keyRing, contextFor } = c.get('services');
  const key = await keyRing.find(token);
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
