import { createMiddleware } from 'hono/factory';
import { SparkgateError } from '../../domain/errors.ts';
import { authorizeKey } from '../../domain/authorize.ts';
import { actorOf, keyActor } from '../../identity/actor.ts';
import type { Env } from '../env.ts';

const BEARER = /^Bearer +([^\s]+)$/i;

/** Lets nobody in without a valid API key, and finds out for whom it calls. */
export function authenticate() {
  return createMiddleware<Env>(async function authenticateMiddleware(c, next) {
    const { keyRing, contextFor } = c.get('services');
    const [, token] = BEARER.exec(c.req.header('Authorization') ?? '') ?? [];
    if (token === undefined) {
      throw new SparkgateError('unauthenticated', 'Send an API key: Authorization: Bearer <key>.');
    }
    const key = await keyRing.find(token);
    if (!key) throw new SparkgateError('unauthenticated', 'This API key is not valid, or is revoked.');
    const person = actorOf(c.req.header('X-Actor'));
    const caller = { key, actor: person ?? keyActor(key) };
    if (person) await authorizeKey(contextFor(caller, c.get('requestId')), 'act_as', key.bcIds ?? []);
    c.set('caller', caller);
    await next();
  });
}

/** For routes that a person calls: a key alone is nobody. */
export function requirePerson() {
  return createMiddleware<Env>(async function requirePersonMiddleware(c, next) {
    if (c.get('caller').actor.type === 'api_key') {
      throw new SparkgateError('invalid_request', 'Say who acts: X-Actor: user:<id> or tiktok_account:<id>.', {
        errors: [{ pointer: 'X-Actor', message: 'is missing' }],
      });
    }
    await next();
  });
}
