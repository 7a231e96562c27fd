import { createHash, createHmac, randomBytes } from 'node:crypto';

/** What a browser holds of a sign-in: 256 random bits. */
export function newSessionToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of it. */
export function sessionTokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** What the forms of a signed-in person carry. It outlives renewals of the token, so open forms stay good. */
export function csrfToken(secretKey: string, signInId: string): string {
  return createHmac('sha256', secretKey).update(`csrf:${signInId}`).digest('base64url');
}
