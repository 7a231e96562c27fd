import type { Context as Http } from 'hono';
import { beginSignIn } from '../../domain/sign-ins/begin-sign-in.ts';
import type { SignedInActor } from '../../domain/sign-ins/entity.ts';
import type { Env } from '../env.ts';
import { sessionCookies } from './session-cookies.ts';

/** Signs somebody in: a new token takes the place of whatever the browser held before. Answers the sign-in's id. */
export async function beginSession(
  c: Http<Env>,
  { actor, displayName, issuer }: { actor: SignedInActor; displayName: string | null; issuer: string | null },
): Promise<string> {
  const { contextFor, settings } = c.get('services');
  const cookie = sessionCookies[actor.type];
  const replaces = cookie.read(c);
  const context = contextFor({ key: null, actor }, c.get('requestId'), c.get('life'));
  const signIn = { actor, displayName, issuer, replaces, lasts: settings.signInLasts };
  const { result } = await beginSignIn(context, signIn);
  cookie.write(c, result.token);
  return result.id;
}
