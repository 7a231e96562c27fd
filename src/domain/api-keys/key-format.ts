import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** `sg_<id>_<secret>`: the id finds the row, the secret (256 random bits) proves who holds the key. */
const FORMAT = /^sg_([0-9a-f]{32})_([A-Za-z0-9_-]{43})$/;

export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

export function formatKey(id: string, secret: string): string {
  return `sg_${id.replaceAll('-', '')}_${secret}`;
}

/** The parts of a key, or null for what is none. */
export function parseKey(key: string): { id: string; secret: string } | null {
  const [, hex, secret] = FORMAT.exec(key) ?? [];
  if (hex === undefined || secret === undefined) return null;
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { id, secret };
}

export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Compares in constant time, whatever the lengths. */
export function secretMatches(secret: string, hash: Uint8Array): boolean {
  return timingSafeEqual(hashSecret(secret), hash);
}
