import { Hono, type Context as Http } from 'hono';
import { approve } from '../../domain/consents/approve.ts';
import { decline } from '../../domain/consents/decline.ts';
import { getConsent } from '../../domain/consents/get-consent.ts';
import { getOwnAccount } from '../../domain/tiktok-accounts/get-own-account.ts';
import { SparkgateError } from '../../domain/errors.ts';
import type { PageEnv } from '../env.ts';
import { csrfField } from '../middleware/csrf-field.ts';
import { sameOrigin } from '../middleware/same-origin.ts';
import { signedIn } from '../middleware/signed-in.ts';
import { contextOfPage } from '../page-context.ts';
import { sayNext } from '../ui/flash.ts';
import { page } from '../ui/page.ts';
import { urls } from '../ui/urls.ts';
import { consentBody } from './consent-body.ts';
import { unavailablePage } from './unavailable-page.ts';

/** What the QR code opens. Looking (GET) never grants; an answer is a form that the signed-in owner sends. */
export const consentPage = new Hono<PageEnv>()
  .use('/consent/:token/*', signedIn('tiktok_account'))
  .on('POST', '/consent/:token/*', sameOrigin(), csrfField())
  .get('/consent/:token', async (c) =>
    orUnavailable(c, async (token) => {
      const consent = await getConsent(contextOfPage(c), token);
      const owner = await getOwnAccount(contextOfPage(c), consent.signed_in_as);
      const { title } = c.get('reader').words.consent;
      return page(c, { title, body: consentBody(c, { consent, owner, token }), handle: owner.handle, narrow: true });
    }),
  )
  .post('/consent/:token/approve', async (c) =>
    orUnavailable(c, async (token) => {
      const { result } = await approve(contextOfPage(c), token);
      sayNext(c, 'authorized', { bc_id: result.bc_id });
      return c.redirect(urls.myAccount.grant(result.bc_id), 303);
    }),
  )
  .post('/consent/:token/decline', async (c) =>
    orUnavailable(c, async (token) => {
      await decline(contextOfPage(c), token);
      sayNext(c, 'declined');
      return c.redirect(urls.myAccount.show(), 303);
    }),
  );

/** Unknown, expired, used, cancelled, and meant for another account: one page, so that nobody can tell them apart. */
async function orUnavailable(
  c: Http<PageEnv, '/consent/:token'>,
  answer: (token: string) => Promise<Response>,
): Promise<Response> {
  try {
    return await answer(c.req.param('token'));
  } catch (error) {
    if (error instanceof SparkgateError && isUnavailable(error)) return await unavailablePage(c);
    throw error;
  }
}

/** What says of a link no more than that it does not work for whoever is signed in. */
function isUnavailable({ code, reasons }: SparkgateError): boolean {
  if (code === 'consent_not_available' || code === 'not_found') return true;
  return (reasons ?? []).some((reason) => reason.code === 'NOT_THE_OWNER');
}
