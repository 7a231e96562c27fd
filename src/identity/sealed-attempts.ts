import { createHmac } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import type { SignedInActor } from '../domain/sign-ins/entity.ts';
import { Attempt } from './code-flow.ts';

/** For how long a person may stay at the issuer, in seconds. */
export const ATTEMPT_LASTS = 600;

/** Seals what a browser keeps during a sign-in, so that it can neither be read nor changed there. */
export class SealedAttempts {
  readonly #key: Buffer;

  constructor(secretKey: string) {
    this.#key = createHmac('sha256', secretKey).update('sign-in attempts').digest();
  }

  async seal(type: SignedInActor['type'], attempt: Attempt): Promise<string> {
    return new EncryptJWT({ ...attempt })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setAudience(type)
      .setExpirationTime(`${ATTEMPT_LASTS}s`)
      .encrypt(this.#key);
  }

  /** null for what was not sealed here, not for this kind of person, or too long ago. */
  async open(type: SignedInActor['type'], sealed: string): Promise<Attempt | null> {
    const only = { audience: type, keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };
    const opened = await jwtDecrypt(sealed, this.#key, only).catch(() => null);
    return Attempt.safeParse(opened?.payload).data ?? null;
  }
}
