import { Hono } from 'hono';
import type { Env } from '../../env.ts';
import { findSignedIn } from '../../session/signed-in.ts';
import { routes } from '../../routes.ts';

/** The address of the service: everybody who is signed in goes on to the page of their own, everybody else signs in. */
export const frontDoor = new Hono<Env>().get(routes.home.pattern, async (c) => {
  const [user, owner] = [await findSignedIn(c, 'user'), await findSignedIn(c, 'tiktok_account')];
  const own = user ? routes.console.choose() : owner ? routes.myAccount.show() : routes.signIn.choose();
  return c.redirect(own, 302);
});
