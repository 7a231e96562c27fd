import { z } from 'zod';
import type { SecretKeys } from '../domain/context.ts';
import type { SignedInActor } from '../domain/sign-ins/entity.ts';
import { Seal } from '../platform/seal.ts';
import { Attempt } from './code-flow.ts';

/** For how long a person may stay at the issuer, in seconds. */
export const ATTEMPT_LASTS = 600;

/** What becomes of an attempt: the sign-in that it led to, for a browser that asks once more. */
const Finished = z.object({ state: z.string(), next: z.string(), signIn: z.string() });
type Finished = z.infer<typeof Finished>;

const Sealed = z.union([Attempt, Finished]);

/** Seals what a browser keeps of a sign-in, so that it can neither be read nor changed there. */
export class SealedAttempts {
  readonly #seal: Seal;

  constructor(secretKeys: SecretKeys) {
    this.#seal = new Seal(secretKeys, 'sign-in attempts');
  }

  async seal(type: SignedInActor['type'], attempt: Attempt | Finished): Promise<string> {
    return this.#seal.seal({ ...attempt }, type, ATTEMPT_LASTS);
  }

  /** null for what was not sealed here, not for this kind of person, or too long ago. */
  async open(type: SignedInActor['type'], sealed: string): Promise<Attempt | Finished | null> {
    return Sealed.safeParse(await this.#seal.open(sealed, type)).data ?? null;
  }
}
