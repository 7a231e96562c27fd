import { createHash, createHmac } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import { stringify } from 'safe-stable-stringify';
import { z } from 'zod';
import { SparkgateError } from '../../domain/errors.ts';

const Place = z.object({ last: z.string() });

/**
 * Where a search goes on: bound to its query, of no use when tampered with, and opaque, since the id that was looked at
 * last need not be one that the caller may know of.
 */
export class PageTokens {
  readonly #key: Buffer;

  constructor(secretKey: string) {
    this.#key = createHmac('sha256', secretKey).update('page tokens').digest();
  }

  /** The token that goes on after `last` in this query. */
  async seal(query: unknown, last: string): Promise<string> {
    return new EncryptJWT({ last })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setAudience(digestOf(query))
      .encrypt(this.#key);
  }

  /** The key after which to go on. @throws SparkgateError `invalid_request` for a token of another query, or of nobody's */
  async open(query: unknown, token: string): Promise<string> {
    const only = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };
    const opened = isCanonical(token)
      ? await jwtDecrypt(token, this.#key, { ...only, audience: digestOf(query) }).catch(() => null)
      : null;
    const place = Place.safeParse(opened?.payload);
    if (place.success) return place.data.last;
    throw new SparkgateError('invalid_request', (say) => say.details.tokenOfOther, {
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
