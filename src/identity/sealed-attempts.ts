import { createHmac } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import { z } from 'zod';
import type { SignedInActor } from '../domain/sign-ins/entity.ts';
import { Attempt } from './code-flow.ts';

/** For how long a person may stay at the issuer, in seconds. */
export const ATTEMPT_LASTS = 600;

/** What becomes of an attempt: the sign-in that it led to, for a browser that asks once more. */
const Finished = z.object({ state: z.string(), next: z.string(), signIn: z.string() });
type Finished = z.infer<typeof Finished>;

const Sealed = z.union([Attempt, Finished]);

/** Seals what a browser keeps of a sign-in, so that it can neither be read nor changed there. */
export class SealedAttempts {
  readonly #key: Buffer;

  constructor(secretKey: string) {
    this.#key = createHmac('sha256', secretKey).update('sign-in attempts').digest();
  }

  async seal(type: SignedInActor['type'], attempt: Attempt | Finished): Promise<string> {
    return new EncryptJWT({ ...attempt })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setAudience(type)
      .setExpirationTime(`${ATTEMPT_LASTS}s`)
      .encrypt(this.#key);
  }

  /** null for what was not sealed here, not for this kind of person, or too long ago. */
  async open(type: SignedInActor['type'], sealed: string): Promise<Attempt | Finished | null> {
    const only = { audience: type, keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };
    const opened = await jwtDecrypt(sealed, this.#key, only).catch(() => null);
    return Sealed.safeParse(opened?.payload).data ?? null;
  }
}
