import { beginSignIn } from '../../src/domain/sign-ins/begin-sign-in.ts';
import type { SignedInActor } from '../../src/domain/sign-ins/entity.ts';
import { hasSecureCookies } from '../../src/http/session/cookies.ts';
import type { TestApp } from './app.ts';
import { entity } from './cast.ts';

/** A browser in which somebody is signed in: what it sends, and the field that its forms carry. */
export interface SignedInBrowser {
  /** The `Cookie` header, to be joined with those of other sign-ins by `; `. */
  cookie: string;
  /** Of the cookie: its name and value. */
  name: string;
  token: string;
  csrf: string;
  get: (path: string, headers?: Record<string, string>) => Promise<Response>;
  /** Posts a form as the browser would, from a page of ours. */
  post: (
    path: string,
    fields?: Record<string, string | string[]>,
    headers?: Record<string, string>,
  ) => Promise<Response>;
}

/** Signs somebody in past the issuer, in its name: `user:adm`, or `tiktok_account:brand`. */
export async function signInAs(
  app: TestApp,
  who: string,
  displayName: string | null = null,
  issuer = 'https://issuer.test',
): Promise<SignedInBrowser> {
  const actor = entity(who) as SignedInActor;
  const { services } = app.runtime;
  const context = services.contextFor({ key: null, actor }, null);
  const signIn = { actor, displayName, issuer, replaces: null, lasts: 3600 };
  const { result } = await beginSignIn(context, signIn);
  const session = await services.sessions.find(result.token, actor.type, 'machine');
  const name = `${hasSecureCookies(services.publicUrl()) ? '__Host-' : ''}sparkgate_${actor.type}`;
  const cookie = `${name}=${result.token}`;
  const csrf = session?.csrfToken ?? '';
  return {
    cookie,
    name,
    token: result.token,
    csrf,
    get: async (path, headers = {}) => app.request(path, { headers: { Cookie: cookie, ...headers } }),
    post: async (path, fields = {}, headers = {}) =>
      app.request(path, {
        method: 'POST',
        headers: {
          Cookie: cookie,
          'Sec-Fetch-Site': 'same-origin',
          'Content-Type': 'application/x-www-form-urlencoded',
          ...headers,
        },
        body: formOf({ csrf, ...fields }),
      }),
  };
}

/** A form's body; a field with several values is sent once for each. */
export function formOf(fields: Record<string, string | string[]>): string {
  const body = new URLSearchParams();
  for (const [name, values] of Object.entries(fields)) for (const value of [values].flat()) body.append(name, value);
  return body.toString();
}
