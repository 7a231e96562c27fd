import { createHmac } from 'node:crypto';
import { EncryptJWT, jwtDecrypt, type JWTPayload } from 'jose';

const ALGORITHMS = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };

/** Seals what callers keep for the service, so that they can neither read nor change it. */
export class Seal {
  readonly #keys: [Buffer, ...Buffer[]];

  /** @param secretKeys the first seals; what any of them sealed is opened @param purpose keeps seals of one key apart */
  constructor([current, ...previous]: readonly [string, ...string[]], purpose: string) {
    const derived = (secretKey: string): Buffer => createHmac('sha256', secretKey).update(purpose).digest();
    this.#keys = [derived(current), ...previous.map(derived)];
  }

  /** @param lasts in seconds; undefined = for good */
  async seal(payload: JWTPayload, audience: string, lasts?: number): Promise<string> {
    const token = new EncryptJWT(payload).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).setAudience(audience);
    if (lasts !== undefined) token.setExpirationTime(`${lasts}s`);
    return token.encrypt(this.#keys[0]);
  }

  /** What was sealed for this audience; undefined for what was not, or too long ago. */
  async open(sealed: string, audience: string): Promise<JWTPayload | undefined> {
    for (const key of this.#keys) {
      const opened = await jwtDecrypt(sealed, key, { ...ALGORITHMS, audience }).catch(() => null);
      if (opened) return opened.payload;
    }
    return undefined;
  }
}
