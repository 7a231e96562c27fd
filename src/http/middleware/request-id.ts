import { randomUUID } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import { SparkgateError } from '../../domain/errors.ts';
import { percentDecoded } from '../../platform/header-text.ts';
import type { Env } from '../env.ts';

const HEADER = 'X-Request-ID';

const ASCII = /^[\x20-\x7e]+$/;
const REQUEST_ID = /^\P{Cc}{1,128}$/u;

/**
 * Gives each request an id, its own `X-Request-ID` if it has one, and says it in the answer as it was sent (AuthZEN
 * 1.0, 10.1). What can be no id is not repeated; {@link requireRequestId} refuses it.
 */
export function requestId() {
  return createMiddleware<Env>(async function requestIdMiddleware(c, next) {
    const sent = c.req.header(HEADER) ?? '';
    const id = requestIdIn(sent);
    c.set('requestId', id ?? randomUUID());
    c.header(HEADER, id === null ? c.get('requestId') : sent);
    await next();
  });
}

/** Refuses a request whose own id is too long, or not text. An empty one is none. */
export function requireRequestId() {
  return createMiddleware<Env>(async function requireRequestIdMiddleware(c, next) {
    const sent = c.req.header(HEADER) ?? '';
    if (sent !== '' && requestIdIn(sent) === null) {
      const message = 'takes 1 to 128 characters without controls, percent-encoded as UTF-8 where they are not ASCII';
      throw new SparkgateError('invalid_request', `${HEADER} ${message}.`, { errors: [{ pointer: HEADER, message }] });
    }
    await next();
  });
}

/**
 * The id that the header gives; null where it gives none. Where it encodes no id, each `%` stands for itself. Other bytes
 * than ASCII are not taken: Node would answer them as others.
 */
export function requestIdIn(header: string): string | null {
  if (!ASCII.test(header)) return null;
  return [percentDecoded(header), header].find((id) => id !== null && REQUEST_ID.test(id)) ?? null;
}
