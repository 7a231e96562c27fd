import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { stringify } from 'safe-stable-stringify';
import { SparkgateError } from '../../domain/errors.ts';

/** Where a search goes on: opaque to callers, bound to its query, and of no use when tampered with. */
export class PageTokens {
  readonly #key: Buffer;

  constructor(secretKey: string) {
    this.#key = createHmac('sha256', secretKey).update('page tokens').digest();
  }

  /** The token that goes on after `last` in this query. */
  seal(query: unknown, last: string): string {
    const place = Buffer.from(last, 'utf8').toString('base64url');
    return `${place}.${this.#sign(query, place).toString('base64url')}`;
  }

  /** The key after which to go on. @throws SparkgateError `invalid_request` for a token of another query, or of nobody's */
  open(query: unknown, token: string): string {
    const last = Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString('utf8');
    const given = Buffer.from(token);
    // Compared as text: what decodes to the same bytes is still another token.
    const expected = Buffer.from(this.seal(query, last));
    if (given.length === expected.length && timingSafeEqual(given, expected)) return last;
    throw new SparkgateError('invalid_request', 'The page token is not of this query.', {
      errors: [{ pointer: '/page/token', message: 'is not a token that this query was given' }],
    });
  }

  #sign(query: unknown, place: string): Buffer {
    const digest = createHash('sha256')
      .update(stringify(query) ?? '')
      .digest();
    return createHmac('sha256', this.#key).update(digest).update(place).digest();
  }
}
