import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { Provider } from 'oidc-provider';

/** What a client of the issuer is called in tests. */
export const CLIENT = { id: 'sparkgate', secret: 'the-secret-of-the-client-0123456789' };

/** A real OpenID Connect issuer on loopback. Whoever signs in there is who they say; their name is `name`. */
export interface TestIssuer {
  url: string;
  /** A token signed by the issuer's current key; `header` and `claims` add to or override what is usual. */
  token: (claims: JWTPayload, header?: Record<string, unknown>) => Promise<string>;
  /** Its public key, as PEM would be pasted into an HMAC. */
  publicKey: () => Promise<string>;
  /** From now on it signs with a new key, under a new id. */
  rotateKeys: () => Promise<void>;
  /** How it lies: alters the nonce of every authorization request. */
  alterNonce: (alter: boolean) => void;
  /** How often its keys were asked for. */
  keysAsked: () => number;
  /** It goes away; `comeBack` serves on the same port. */
  goAway: () => Promise<void>;
  comeBack: () => Promise<void>;
  close: () => Promise<void>;
}

interface Key {
  id: string;
  privateKey: CryptoKey;
  jwk: object;
}

export interface IssuerOptions {
  redirectUris: string[];
  /** Claims about everybody beside `sub`. */
  claims?: Record<string, unknown>;
}

export async function startIssuer(options: IssuerOptions): Promise<TestIssuer> {
  const server = createServer();
  const port = await listen(server, 0);
  const url = `http://127.0.0.1:${port}`;
  const state = { key: await newKey('k1'), keysAsked: 0, alterNonce: false };
  let answer = provider(url, state.key, options).callback();
  server.on('request', (request, response) => {
    if (request.url === '/jwks') state.keysAsked += 1;
    if (state.alterNonce) request.url = request.url?.replace(/([?&]nonce=)[^&]+/, '$1another-nonce') ?? '';
    void answer(request, response);
  });
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return {
    url,
    token: async (claims, header = {}) =>
      new SignJWT({ iss: url, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: state.key.id, typ: 'at+jwt', ...header })
        .sign(state.key.privateKey),
    publicKey: async () => JSON.stringify(state.key.jwk),
    rotateKeys: async () => {
      state.key = await newKey(`${state.key.id}'`);
      answer = provider(url, state.key, options).callback();
    },
    alterNonce: (alter) => {
      state.alterNonce = alter;
    },
    keysAsked: () => state.keysAsked,
    goAway: stop,
    comeBack: async () => {
      await listen(server, port);
    },
    close: async () => {
      if (server.listening) await stop();
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function newKey(id: string): Promise<Key> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { id, privateKey, jwk: { ...(await exportJWK(privateKey)), kid: id, alg: 'RS256', use: 'sig' } };
}

function provider(url: string, key: Key, { redirectUris, claims = {} }: IssuerOptions): Provider {
  return new Provider(url, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: redirectUris,
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [key.jwk] },
    cookies: { keys: ['cookies of a test'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...claims }) }),
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: true } },
  });
}
