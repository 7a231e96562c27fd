import { createHash } from 'node:crypto';
import { stringify } from 'safe-stable-stringify';
import { z } from 'zod';
import type { SecretKeys } from '../../domain/context.ts';
import { SparkgateError } from '../../domain/errors.ts';
import { Seal } from '../../platform/seal.ts';

const Place = z.object({ last: z.string() });

/**
 * Where a search goes on: bound to its query, of no use when tampered with, and opaque, since the id that was looked at
 * last need not be one that the caller may know of.
 */
export class PageTokens {
  readonly #seal: Seal;

  constructor(secretKeys: SecretKeys) {
    this.#seal = new Seal(secretKeys, 'page tokens');
  }

  /** The token that goes on after `last` in this query. */
  async seal(query: unknown, last: string): Promise<string> {
    return this.#seal.seal({ last }, digestOf(query));
  }

  /** The key after which to go on. @throws SparkgateError `not_found` for a token of another query, or of nobody's */
  async open(query: unknown, token: string): Promise<string> {
    const place = Place.safeParse(isCanonical(token) ? await this.#seal.open(token, digestOf(query)) : null);
    if (place.success) return place.data.last;
    throw new SparkgateError('not_found', (say) => say.details.tokenOfOther, {
      errors: [{ pointer: '/page/token', message: 'is not a token that this query was given' }],
    });
  }
}

function digestOf(query: unknown): string {
  return createHash('sha256')
    .update(stringify(query) ?? '')
    .digest('base64url');
}

/** Some letters of base64url have bits that no decoder reads: what differs in those alone is still another token. */
function isCanonical(token: string): boolean {
  return token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);
}
