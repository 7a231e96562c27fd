import { timingSafeEqual } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import { SparkgateError } from '../../domain/errors.ts';
import { sessionTokenHash } from '../../domain/sign-ins/session-token.ts';
import type { Env, SignedIn } from '../env.ts';

/** Lets a form go on only if it came from a page that this sign-in was shown: its field `csrf` says so. */
export function csrfField() {
  return createMiddleware<Env>(async function csrfFieldMiddleware(c, next) {
    const { csrf } = await c.req.parseBody();
    checkCsrf(csrf, c.get('signedIn'));
    await next();
  });
}

/** What was sent from a page of another sign-in: of somebody else, or of the same person before they signed in anew. */
export class StaleForm extends SparkgateError {
  constructor() {
    super('forbidden', 'This form is from another sign-in. Open the page again and repeat it.');
  }
}

/** @throws StaleForm */
export function checkCsrf(field: unknown, { csrfTokens }: SignedIn): void {
  if (!isField(field, csrfTokens)) throw new StaleForm();
}

/** Whether a form's field is one that it may be; in constant time, whatever the lengths. */
export function isField(field: unknown, wanted: readonly string[]): boolean {
  if (typeof field !== 'string') return false;
  const sent = sessionTokenHash(field);
  return wanted.some((it) => timingSafeEqual(sent, sessionTokenHash(it)));
}
