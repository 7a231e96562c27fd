import { LRUCache } from 'lru-cache';
import * as oidc from 'openid-client';
import { z } from 'zod';
import { SparkgateError } from '../domain/errors.ts';
import type { SignedInActor } from '../domain/sign-ins/entity.ts';
import { sameIssuer } from './issuer-name.ts';

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

/** Where an operator reads what is wrong with an issuer or its tokens. */
export interface IssuerLog {
  warn: (fields: object, message: string) => void;
}

/** The same fault is logged once in this time (milliseconds): whoever sends tokens cannot fill the log. */
const LOGGED_EVERY = 600_000;

/** Logs each distinct fault, but not again and again. */
export class Faults {
  readonly #log: IssuerLog;
  readonly #logged = new LRUCache<string, true>({ max: 100, ttl: LOGGED_EVERY });

  constructor(log: IssuerLog) {
    this.#log = log;
  }

  /** @param fields nothing secret */
  note(fields: Readonly<Record<string, string>>, message: string): void {
    const fault = JSON.stringify([message, fields]);
    if (this.#logged.has(fault)) return;
    this.#logged.set(fault, true);
    this.#log.warn(fields, message);
  }
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
  readonly #faults: Faults;

  constructor(settings: IssuerSettings, log: IssuerLog) {
    this.settings = settings;
    this.#faults = new Faults(log);
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
    const configuration = await this.#discoverAs(this.settings.issuer).catch(async (error: unknown) => {
      const own = ownName(error);
      if (own === null) throw error;
      if (sameIssuer(own, this.settings.issuer)) return this.#discoverAs(own);
      const fields = { configured: this.settings.issuer, discovered: own.slice(0, 256) };
      this.#faults.note(fields, 'issuer refused: it calls itself by another name than the configured one');
      throw error;
    });
    this.#known = { configuration, at: Date.now() };
    return configuration;
  }

  async #discoverAs(issuer: string): Promise<oidc.Configuration> {
    const { clientId, clientSecret } = this.settings;
    const authentication = clientSecret === null ? oidc.None() : oidc.ClientSecretBasic(clientSecret);
    // Plain http is let through by the configuration on loopback addresses alone.
    const insecure = issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [];
    return oidc.discovery(new URL(issuer), clientId, undefined, authentication, {
      timeout: ISSUER_PATIENCE,
      execute: [...insecure, oidc.enableNonRepudiationChecks],
    });
  }
}

const Disagreement = z.object({
  cause: z.object({ attribute: z.literal('issuer'), body: z.object({ issuer: z.url() }) }),
});

/** What an issuer called itself, where discovery failed over that; null for any other failure. */
function ownName(error: unknown): string | null {
  return error instanceof oidc.ClientError ? (Disagreement.safeParse(error).data?.cause.body.issuer ?? null) : null;
}

/** The issuer is away: nobody is refused for that, and nobody let in. */
export function unreachable(cause: unknown): SparkgateError {
  return new SparkgateError('unavailable', (say) => say.details.signInAway, { cause });
}
