import { bodyLimit as limitStream } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { SparkgateError } from '../../domain/errors.ts';
import type { Env } from '../env.ts';

/** Refuses larger bodies. Hono's own opens the body as a web stream even to read its length, a quarter of a check's cost. */
export function bodyLimit({ maxSize }: { maxSize: number }) {
  const tooLarge = (): never => {
    throw new SparkgateError('payload_too_large', (say) => say.details.tooLarge);
  };
  const streamed = limitStream({ maxSize, onError: tooLarge });
  return createMiddleware<Env>(async function bodyLimitMiddleware(c, next) {
    const length = c.req.header('Content-Length');
    if (length === undefined || c.req.header('Transfer-Encoding') !== undefined) return streamed(c, next);
    if (Number(length) > maxSize) tooLarge();
    await next();
  });
}
