import { createHash, createHmac, randomBytes } from 'node:crypto';

/** What a browser holds of a sign-in: 256 random bits. */
export function newSessionToken(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The token that takes the place of another one. Whoever presents that one gets the same, however often they ask: an
 * answer that was lost on the way costs nobody their sign-in.
 * @param hash what is stored of the token before
 */
export function nextSessionToken(secretKey: string, signInId: string, hash: Buffer): string {
  return createHmac('sha256', secretKey).update(`session:${signInId}:`).update(hash).digest('base64url');
}

/** What is stored of it. */
export function sessionTokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** What the forms of a signed-in person carry. It outlives renewals of the token, so open forms stay good. */
export function csrfToken(secretKey: string, signInId: string): string {
  return createHmac('sha256', secretKey).update(`csrf:${signInId}`).digest('base64url');
}

/** What the forms of a browser carry where nobody is signed in. @param browser the random value of its cookie */
export function browserField(secretKey: string, browser: string): string {
  return createHmac('sha256', secretKey).update(`browser:${browser}`).digest('base64url');
}
