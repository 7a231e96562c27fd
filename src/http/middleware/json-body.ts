import { createMiddleware } from 'hono/factory';
import { SparkgateError, type Sentence } from '../../domain/errors.ts';
import { readJsonBytes } from '../../domain/strict-json.ts';
import type { Env } from '../env.ts';

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

/**
 * Bodies are JSON in UTF-8 and say so: a wrong or missing content type is a 400 (AuthZEN certification scenario, 2.4.3),
 * and so is JSON that would not arrive as it was sent.
 */
export function jsonBody() {
  return createMiddleware<Env>(async function jsonBodyMiddleware(c, next) {
    const type = c.req.header('Content-Type') ?? '';
    if (!JSON_TYPE.test(type)) throw badType((say) => say.details.contentType, 'takes application/json');
    requireUtf8(type);
    const value = readJsonBytes(new Uint8Array(await c.req.arrayBuffer()));
    // The validator asks for it, and would read the body a second time, leniently.
    c.req.json = async <T>() => value as T;
    await next();
  });
}

const PARAMETER = /;\s*([^\s;=]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)/g;

/** @throws SparkgateError `invalid_request` for a content type that names another charset than UTF-8 */
export function requireUtf8(contentType: string): void {
  for (const [, name = '', value = ''] of contentType.matchAll(PARAMETER)) {
    if (name.toLowerCase() !== 'charset' || /^("?)utf-?8\1\s*$/i.test(value)) continue;
    throw badType((say) => say.details.charset, 'takes no charset but utf-8');
  }
}

function badType(detail: Sentence, message: string): SparkgateError {
  return new SparkgateError('invalid_request', detail, { errors: [{ pointer: 'Content-Type', message }] });
}
