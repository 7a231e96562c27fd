import { Hono, type Context as Http } from 'hono';
import { SparkgateError } from '../../../domain/errors.ts';
import { endSignIn } from '../../../domain/sign-ins/end-sign-in.ts';
import { endSessionUrl } from '../../../identity/code-flow.ts';
import type { Env } from '../../env.ts';
import { checkCsrf } from '../../session/csrf-field.ts';
import { demoPeopleFor, isForwarded } from '../../middleware/forwarded.ts';
import { openForm } from '../../session/open-form.ts';
import { sameOrigin } from '../../session/same-origin.ts';
import { findSignedIn, type Audience } from '../../session/signed-in.ts';
import { localPath } from '../../ui/local-path.ts';
import { routes, withQuery } from '../../routes.ts';
import { beginSession } from '../../session/begin-session.ts';
import { signInPage, type Way } from './sign-in-pages.ts';
import { sessionCookies } from '../../session/session-cookies.ts';

/** Choosing how to sign in, the demo's sign-in, and signing out. */
export const signIn = new Hono<Env>()
  .get(routes.signIn.choose.pattern, async (c) => {
    const as = audienceIn(c.req.query('as'));
    // Who is led here from nowhere goes on to the page of their own: each way of signing in knows it.
    const next = localPath(c.req.query('next'), '');
    if (as) c.set('maybeSignedIn', await findSignedIn(c, as));
    const audiences: readonly Audience[] = as ? [as] : ['user', 'tiktok_account'];
    const out = c.req.query('out') === undefined || as === null ? null : { elsewhere: await elsewhere(c, as) };
    const demoElsewhere = isForwarded(c) && c.get('services').demoPeople().length > 0;
    return signInPage(c, { ways: audiences.map((it) => way(c, it)), next, out, demoElsewhere });
  })
  .post(
    routes.signIn.demo.pattern,
    async (c, next) => {
      // Where nobody may sign in without proof, there is no such address.
      if (demoPeopleFor(c).length === 0) throw nothingHere();
      return next();
    },
    openForm(),
    async (c) => {
      const { who, next } = await c.req.parseBody();
      const person = demoPeopleFor(c).find(({ actor }) => `${actor.type}:${actor.id}` === who);
      if (!person) throw new SparkgateError('invalid_request', 'The demo has no such person.');
      await beginSession(c, { ...person, issuer: null });
      const home = person.actor.type === 'user' ? routes.console.choose() : routes.myAccount.show();
      return c.redirect(localPath(next, home), 303);
    },
  )
  .post(routes.signIn.out.pattern, sameOrigin(), async (c) => {
    const { audience, csrf } = await c.req.parseBody();
    const as = audienceIn(audience);
    if (!as) throw new SparkgateError('invalid_request', 'Say who signs out: user or tiktok_account.');
    const signedIn = await findSignedIn(c, as);
    if (signedIn) {
      checkCsrf(csrf, signedIn);
      const { id, actor } = signedIn;
      await endSignIn(c.get('services').contextFor({ key: null, actor }, c.get('requestId')), id, actor);
    }
    sessionCookies[as].drop(c);
    return c.redirect(withQuery(routes.signIn.choose(), { as, out: 'done' }), 303);
  });

function way(c: Http<Env>, audience: Audience): Way {
  const { issuers } = c.get('services');
  const demo = demoPeopleFor(c).filter(({ actor }) => actor.type === audience);
  return { audience, issuer: issuers[audience] !== null, demo };
}

/** Where to sign out at the issuer as well. */
async function elsewhere(c: Http<Env>, audience: Audience): Promise<string | null> {
  const issuer = c.get('services').issuers[audience];
  return issuer && endSessionUrl(issuer);
}

function audienceIn(text: unknown): Audience | null {
  return text === 'user' || text === 'tiktok_account' ? text : null;
}

function nothingHere(): SparkgateError {
  return new SparkgateError('not_found', 'There is nothing at this address.');
}
