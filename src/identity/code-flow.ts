import * as oidc from 'openid-client';
import { z } from 'zod';
import type { SignedInActor } from '../domain/sign-ins/entity.ts';
import { DisplayName, OutsideId } from '../domain/vocabulary.ts';
import { unreachable, type Issuer } from './issuer.ts';

/** What a browser keeps, sealed, while its person is at the issuer. `begun` in milliseconds since 1970. */
export const Attempt = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  next: z.string(),
  begun: z.number(),
});
export type Attempt = z.infer<typeof Attempt>;

/** A person whom an issuer vouches for. */
export interface Vouched {
  actor: SignedInActor;
  displayName: string | null;
  issuer: string;
}

/**
 * A sign-in that came to nothing. `declined`: the person said no there; `used`: what came back was redeemed before, as
 * when a page is loaded again, or is too old; `refused`: it does not hold.
 */
export class SignInRefused extends Error {
  override name = 'SignInRefused';
  readonly why: 'declined' | 'used' | 'refused';
  /** A short code for the log, which holds nothing secret. */
  readonly code: string;

  constructor(why: SignInRefused['why'], code: string) {
    super(`sign-in ${why}: ${code}`);
    this.why = why;
    this.code = code;
  }
}

/** A new attempt, and where at the issuer it begins; `anew`: with proof again. @throws SparkgateError `unavailable` */
export async function beginAttempt(
  issuer: Issuer,
  redirectUri: string,
  { next, anew }: { next: string; anew: boolean },
): Promise<{ attempt: Attempt; url: URL }> {
  const configuration = await issuer.configuration();
  const attempt = {
    state: oidc.randomState(),
    nonce: oidc.randomNonce(),
    verifier: oidc.randomPKCECodeVerifier(),
    next,
    begun: Date.now(),
  };
  const url = oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: 'openid profile',
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(attempt.verifier),
    code_challenge_method: 'S256',
    ...(anew && { prompt: 'login' }),
  });
  return { attempt, url };
}

/**
 * Redeems what the issuer sent the browser back with. The subject's id is the claim `sub`.
 * @throws SignInRefused @throws SparkgateError `unavailable`
 */
export async function finishAttempt(issuer: Issuer, callback: URL, attempt: Attempt): Promise<Vouched> {
  const configuration = await issuer.configuration();
  const tokens = await oidc
    .authorizationCodeGrant(configuration, callback, {
      expectedState: attempt.state,
      expectedNonce: attempt.nonce,
      pkceCodeVerifier: attempt.verifier,
      idTokenExpected: true,
    })
    .catch(refuse);
  const claims = tokens.claims();
  const id = OutsideId.safeParse(claims?.sub);
  if (!id.success) throw new SignInRefused('refused', 'unusable_sub');
  const { type, issuer: url } = issuer.settings;
  return { actor: { type, id: id.data }, displayName: nameIn(claims), issuer: url };
}

/** Where the person may sign out at the issuer as well; null where that is not offered, or the issuer is away. */
export async function endSessionUrl(issuer: Issuer): Promise<string | null> {
  const configuration = await issuer.configuration().catch(() => null);
  if (configuration?.serverMetadata().end_session_endpoint === undefined) return null;
  return oidc.buildEndSessionUrl(configuration, {}).href;
}

function nameIn(claims: oidc.IDToken | undefined): string | null {
  for (const claim of [claims?.['name'], claims?.['preferred_username']]) {
    const name = DisplayName.safeParse(claim);
    if (name.success) return name.data;
  }
  return null;
}

/** Names what went wrong without the error itself, which may hold what the issuer answered. */
function refuse(error: unknown): never {
  if (error instanceof oidc.AuthorizationResponseError) {
    if (error.error === 'temporarily_unavailable' || error.error === 'server_error') throw unreachable(error.error);
    throw new SignInRefused(error.error === 'access_denied' ? 'declined' : 'refused', 'authorization_response');
  }
  if (error instanceof oidc.ResponseBodyError) {
    if (error.status >= 500) throw unreachable(error.error);
    throw new SignInRefused(error.error === 'invalid_grant' ? 'used' : 'refused', error.error);
  }
  const code = error instanceof oidc.ClientError ? (error.code ?? 'client_error') : 'unexpected';
  if (error instanceof TypeError || code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT') throw unreachable(code);
  // An answer of the issuer that is none, such as the error page of a proxy before it.
  if (code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' || code === 'OAUTH_RESPONSE_IS_NOT_JSON') throw unreachable(code);
  throw new SignInRefused('refused', code);
}
