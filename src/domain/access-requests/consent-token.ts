import { createHash, createHmac, randomInt } from 'node:crypto';

/**
 * The secret in a QR code: 256 bits that only who holds the secret key can make from the request's id. So the picture
 * can be shown again while nothing but the token's hash is stored.
 */
export function consentToken(secretKey: string, requestId: string): string {
  return createHmac('sha256', secretKey).update(`consent token of ${requestId}`).digest('base64url');
}

/** What is stored of a token. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

const UNMISTAKABLE = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** The short code that people compare on both screens. It identifies nothing and opens nothing. */
export function matchingCode(): string {
  const letters = Array.from({ length: 6 }, () => UNMISTAKABLE.charAt(randomInt(UNMISTAKABLE.length)));
  return `${letters.slice(0, 3).join('')}-${letters.slice(3).join('')}`;
}

/** The address in the QR code. */
export function consentUrl(publicUrl: string, token: string): string {
  return new URL(`/consent/${token}`, publicUrl).href;
}
