import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** An issuer of access tokens for people and for owners of TikTok accounts. Nobody signs in at it. */
export interface Issuer {
  url: string;
  /** The settings of a service that takes its tokens. */
  settings: Record<string, string>;
  token: (who: 'user' | 'tiktok_account', sub: string, expires?: string) => Promise<string>;
  close: () => void;
}

const AUDIENCES = { user: 'sparkgate-people', tiktok_account: 'sparkgate-owners' };

export async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(request.url === '/jwks' ? { keys: [jwk] } : discovery()));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const discovery = (): object => ({
    issuer: url,
    authorization_endpoint: `${url}/auth`,
    token_endpoint: `${url}/token`,
    jwks_uri: `${url}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
  });
  return {
    url,
    settings: {
      OIDC_ISSUER: url,
      OIDC_CLIENT_ID: 'people',
      OIDC_AUDIENCE: AUDIENCES.user,
      TIKTOK_OIDC_ISSUER: url,
      TIKTOK_OIDC_CLIENT_ID: 'owners',
      TIKTOK_OIDC_AUDIENCE: AUDIENCES.tiktok_account,
    },
    token: async (who, sub, expires = '1h') =>
      new SignJWT({ sub, client_id: 'net' })
        .setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'at+jwt' })
        .setIssuer(url)
        .setAudience(AUDIENCES[who])
        .setIssuedAt()
        .setExpirationTime(expires)
        .sign(privateKey),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
