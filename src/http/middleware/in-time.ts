import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import { SparkgateError } from '../../domain/errors.ts';
import { RequestLife } from '../../domain/request-life.ts';
import type { Env } from '../env.ts';

/**
 * Ends a request that takes too long, or whose caller has gone, and with it whatever it has not committed. A commit that
 * is under way is waited for, so that a time-out never hides what happened.
 * @param isUnbounded requests that take as long as their caller sends
 */
export function inTime(milliseconds: number, isUnbounded: (path: string) => boolean): MiddlewareHandler<Env> {
  return async (c, next) => {
    const life = new RequestLife();
    c.set('life', life);
    endWithCaller(c.env, life);
    if (isUnbounded(c.req.path)) return next();
    const timedOut = Promise.withResolvers<never>();
    const { since = performance.now() } = c.get('underWay') ?? {};
    const timer = setTimeout(
      () => {
        const why = new SparkgateError('timeout', (say) => say.details.tooLong);
        life.end(why);
        if (!life.committing) timedOut.reject(why);
      },
      Math.max(0, milliseconds - (performance.now() - since)),
    );
    try {
      await Promise.race([next(), timedOut.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** In-process calls have no connection that could close. */
function endWithCaller(env: unknown, life: RequestLife): void {
  const outgoing = (env as Partial<HttpBindings> | undefined)?.outgoing;
  outgoing?.once('close', () => {
    if (!outgoing.writableFinished) life.end(new SparkgateError('timeout', (say) => say.details.callerGone));
  });
}
