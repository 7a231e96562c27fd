import { Hono, type Context as Http } from 'hono';
import { approve } from '../../../domain/consents/approve.ts';
import { decline } from '../../../domain/consents/decline.ts';
import { getConsent } from '../../../domain/consents/get-consent.ts';
import { getOwnAccount } from '../../../domain/tiktok-accounts/get-own-account.ts';
import { SparkgateError } from '../../../domain/errors.ts';
import type { PageEnv } from '../../env.ts';
import { askedBy, isFetchedAhead } from '../../session/asked-by.ts';
import { contextOfPage } from '../../session/context-of-page.ts';
import { redirectWithFlash } from '../../session/flash.ts';
import { page } from '../../ui/page.ts';
import { UserNames } from '../../ui/user-names.ts';
import { submitOnce } from '../../session/submit-once.ts';
import { routes } from '../../routes.ts';
import { consentBody } from './consent-body.ts';
import { unavailablePage } from './unavailable-page.ts';
import { ownerInHeader } from '../my-account/owner-name.ts';

/** What the QR code opens. Looking (GET) never grants; an answer is a form that the signed-in owner sends. */
export const consentPage = new Hono<PageEnv>()
  .get(routes.consent.show.pattern, async (c) => {
    // The browser asks again once its person does look, and then it is noted.
    if (isFetchedAhead(c)) return c.body(null, 503);
    return orUnavailable(c, async (token) => {
      const consent = await getConsent(contextOfPage(c), token, askedBy(c) === 'person');
      const owner = await getOwnAccount(contextOfPage(c), consent.signed_in_as);
      const { title } = c.get('locale').words.consent;
      return page(c, {
        title,
        body: consentBody(c, { consent, owner, token, names: new UserNames(contextOfPage(c)) }),
        knownAs: ownerInHeader(owner),
        narrow: true,
      });
    });
  })
  .post(routes.consent.approve.pattern, async (c) =>
    orUnavailable(c, async (token) => {
      const { result: bcId } = await submitOnce(
        c,
        async (ctx) => approve(ctx, token),
        ({ bc_id: it }) => it,
      );
      return redirectWithFlash(c, routes.myAccount.grant(bcId), 'authorized', { bc_id: bcId });
    }),
  )
  .post(routes.consent.decline.pattern, async (c) =>
    orUnavailable(c, async (token) => {
      await submitOnce(
        c,
        async (ctx) => decline(ctx, token),
        () => null,
      );
      return redirectWithFlash(c, routes.myAccount.show(), 'declined');
    }),
  );

/** Unknown, expired, used, cancelled, and meant for another account: one page, so that nobody can tell them apart. */
async function orUnavailable(
  c: Http<PageEnv, typeof routes.consent.show.pattern>,
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
