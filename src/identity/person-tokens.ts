import { createHash } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import type { SignedInActor } from '../domain/sign-ins/entity.ts';
import { OutsideId } from '../domain/vocabulary.ts';
import { sameIssuer } from './issuer-name.ts';
import { Faults, ISSUER_PATIENCE, unreachable, type Issuer, type IssuerLog } from './issuer.ts';

/** Signatures that only the issuer can make: with a shared secret, whoever checks could sign as well. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** Kinds of JWT that may be access tokens (RFC 9068; many issuers name none). */
const TYPES = new Set([undefined, 'jwt', 'at+jwt', 'application/at+jwt']);

/**
 * Claims that ID tokens (OpenID Connect Core 1.0, section 3.3.2.11) and logout tokens (Back-Channel Logout 1.0, section
 * 2.4) have and access tokens have not. `nonce` is no sign: some issuers repeat it in access tokens.
 */
const CLAIMS_OF_OTHERS = ['at_hash', 'c_hash', 'events'];

/** How far clocks may differ, in seconds. */
const CLOCK_TOLERANCE = 5;

/** A verified token is verified anew after this time (milliseconds), so that a withdrawn key stops counting. */
const HOLDS_FOR = 300_000;

/** The issuer's keys are asked for again at most this often for a key that is not among them (milliseconds). */
const KEYS_COOL_DOWN = 10_000;

/** Codes of errors that say nothing of the token, since the issuer's keys could not be had. */
const HINDERED: ReadonlySet<string> = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC']);

const JWS = /^[\w-]+\.[\w-]+\.[\w-]*$/;

interface Verified {
  actor: SignedInActor;
  /** In seconds since 1970. */
  expires: number;
}

/** Finds the person behind an access token of a configured issuer. */
export class PersonTokens {
  readonly #issuers: readonly Issuer[];
  readonly #keys = new Map<string, JWTVerifyGetKey>();
  readonly #faults: Faults;
  readonly #verified = new LRUCache<string, Verified>({ max: 10_000, ttl: HOLDS_FOR });

  /** @param issuers those without an audience are left out: their tokens are not for this service */
  constructor(issuers: readonly Issuer[], log: IssuerLog) {
    this.#issuers = issuers.filter(({ settings }) => settings.audience !== null);
    this.#faults = new Faults(log);
  }

  /** The person, or null for what is no valid token of any issuer. @throws SparkgateError `unavailable` */
  async find(token: string): Promise<SignedInActor | null> {
    if (!JWS.test(token)) return null;
    const hash = createHash('sha256').update(token).digest('base64');
    const known = this.#verified.get(hash);
    if (known && known.expires > Date.now() / 1000) return known.actor;
    const claimed = claimedIssuer(token);
    if (claimed === null) return null;
    const issuers = this.#issuers.filter(({ settings }) => sameIssuer(settings.issuer, claimed));
    if (issuers.length === 0) this.#noteUnknown(claimed);
    for (const issuer of issuers) {
      const verified = await this.#verify(issuer, token, claimed);
      if (!verified) continue;
      this.#verified.set(hash, verified);
      return verified.actor;
    }
    return null;
  }

  #noteUnknown(claimed: string): void {
    const taken = this.#issuers.map(({ settings }) => settings.issuer).join(', ');
    const fields = { issuer: claimed.slice(0, 256), taken };
    this.#faults.note(fields, 'token refused: its issuer is none whose tokens are taken');
  }

  async #verify(issuer: Issuer, token: string, claimed: string): Promise<Verified | null> {
    const { type, audience } = issuer.settings;
    const keys = await this.#keysOf(issuer);
    const options = {
      issuer: claimed,
      audience: audience ?? [],
      algorithms: ALGORITHMS,
      requiredClaims: ['sub', 'exp'],
      clockTolerance: CLOCK_TOLERANCE,
    };
    const verified = await jwtVerify(token, keys, options).catch((error: unknown) => this.#refuse(error, claimed));
    if (!verified || !TYPES.has(verified.protectedHeader.typ?.toLowerCase())) return null;
    return personIn(verified.payload, type);
  }

  /** What is wrong with a token makes it none; what hinders finding out does not. @throws SparkgateError `unavailable` */
  #refuse(error: unknown, issuer: string): null {
    if (!(error instanceof errors.JOSEError) || HINDERED.has(error.code)) throw unreachable(error);
    const claim = error instanceof errors.JWTClaimValidationFailed ? error.claim : '';
    this.#faults.note({ issuer, code: error.code, claim }, 'token refused: it is of a known issuer and does not hold');
    return null;
  }

  async #keysOf(issuer: Issuer): Promise<JWTVerifyGetKey> {
    const { jwks_uri: uri } = (await issuer.configuration()).serverMetadata();
    if (uri === undefined) throw unreachable('the issuer names no keys');
    const known = this.#keys.get(uri);
    if (known) return known;
    const keys = createRemoteJWKSet(new URL(uri), {
      timeoutDuration: ISSUER_PATIENCE * 1000,
      cooldownDuration: KEYS_COOL_DOWN,
    });
    this.#keys.set(uri, keys);
    return keys;
  }
}

/** A token that is bound to its sender (`cnf`) is nothing without the proof, which is not asked for here. */
function personIn(payload: JWTPayload, type: SignedInActor['type']): Verified | null {
  const id = OutsideId.safeParse(payload.sub);
  if (!id.success || payload.exp === undefined || payload['cnf'] !== undefined) return null;
  if (CLAIMS_OF_OTHERS.some((claim) => payload[claim] !== undefined)) return null;
  return { actor: { type, id: id.data }, expires: payload.exp };
}

function claimedIssuer(token: string): string | null {
  try {
    const { iss } = decodeJwt<{ iss?: unknown }>(token);
    return typeof iss === 'string' ? iss : null;
  } catch {
    return null;
  }
}
