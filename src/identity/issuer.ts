import * as oidc from 'openid-client';
import { SparkgateError } from '../domain/errors.ts';
import type { SignedInActor } from '../domain/sign-ins/entity.ts';

/** An OpenID Connect issuer, and what we are to it. */
export interface IssuerSettings {
  /** Whom it vouches for. */
  type: SignedInActor['type'];
  issuer: string;
  clientId: string;
  /** null: a public client, which PKCE alone protects. */
  clientSecret: string | null;
  /** What its access tokens must be meant for to be taken by the API; null: none is taken. */
  audience: string | null;
}

/** What an issuer says of itself is asked for anew after this time (milliseconds). */
const HOLDS_FOR = 3_600_000;

/** How long an issuer may take to answer, in seconds. */
export const ISSUER_PATIENCE = 5;

/** What an issuer says of itself (OpenID Connect Discovery 1.0), asked for when it is first needed. */
export class Issuer {
  readonly settings: IssuerSettings;
  #known: { configuration: oidc.Configuration; at: number } | null = null;
  #asked: Promise<oidc.Configuration> | null = null;

  constructor(settings: IssuerSettings) {
    this.settings = settings;
  }

  /** @throws SparkgateError `unavailable` while the issuer does not answer, or not as one */
  async configuration(): Promise<oidc.Configuration> {
    if (this.#known && Date.now() - this.#known.at < HOLDS_FOR) return this.#known.configuration;
    this.#asked ??= this.#discover().finally(() => (this.#asked = null));
    const known = this.#known;
    return this.#asked.catch((cause: unknown) => {
      if (known) return known.configuration;
      throw unreachable(cause);
    });
  }

  async #discover(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret } = this.settings;
    const authentication = clientSecret === null ? oidc.None() : oidc.ClientSecretBasic(clientSecret);
    // Plain http is let through by the configuration on loopback addresses alone.
    const insecure = issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [];
    const configuration = await oidc.discovery(new URL(issuer), clientId, undefined, authentication, {
      timeout: ISSUER_PATIENCE,
      execute: [...insecure, oidc.enableNonRepudiationChecks],
    });
    this.#known = { configuration, at: Date.now() };
    return configuration;
  }
}

/** The issuer is away: nobody is refused for that, and nobody let in. */
export function unreachable(cause: unknown): SparkgateError {
  return new SparkgateError('unavailable', 'The sign-in service does not answer for the moment. Try again.', { cause });
}
