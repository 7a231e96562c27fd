import { Hono, type Context } from 'hono';
import { html } from 'hono/html';
import { cancelRequest } from '../../../domain/access-requests/cancel-request.ts';
import { nameTarget, type RequestRow } from '../../../domain/access-requests/find-requests.ts';
import { getConsentUrl } from '../../../domain/access-requests/get-consent-url.ts';
import { getRequest } from '../../../domain/access-requests/get-request.ts';
import type { AccessRequestView } from '../../../domain/access-requests/view.ts';
import { ask } from '../../../domain/authorize.ts';
import { getOwnCenter } from '../../../domain/business-centers/get-own-center.ts';
import { SparkgateError } from '../../../domain/errors.ts';
import { qrPng, qrSvg } from '../../../platform/qr.ts';
import type { PageEnv } from '../../env.ts';
import { redirectWithFlash } from '../../session/flash.ts';
import type { Html } from '../../ui/html.ts';
import { notice, type NoticeKind } from '../../ui/notice.ts';
import { submitOnce } from '../../session/submit-once.ts';
import { routes } from '../../routes.ts';
import { contextOfPage } from '../../session/context-of-page.ts';
import { loadConsole, idOf, show, type ConsoleContext } from '../console/console-context.ts';
import { flashNotice } from '../console/flash-notice.ts';
import { unlessSomebodyWasFaster } from '../console/form.ts';
import { heading } from '../console/parts.ts';
import { confirmPage } from '../console/confirm-step.ts';
import { cancelStep, pendingRequest } from './pending-request.ts';
import { cardName, qrCard } from './qr-card.ts';
import { againLink } from './request-access.ts';
import { requestFacts } from './request-facts.ts';

/** Without script, the page of a pending request loads itself anew after so many seconds. */
const REFRESH = 30;

/** One access request: its QR code while it is pending, the new account once it is approved, or how it ended. */
export const requestPage = new Hono<PageEnv>()
  .get(routes.accessRequest.show.pattern, async (c) => {
    const context = await loadConsole(c);
    const { locale, ctx, bcId } = context;
    const request = await nameTarget(ctx, await getRequest(ctx, bcId, idOf(c, 'id')));
    const account = await approvedAccount(context, request);
    if (account !== null) return redirectWithFlash(c, routes.tiktokAccount.show(bcId, account), 'approved');
    const words = locale.words.console;
    const breadcrumb = [{ label: words.requests.title, href: routes.console.accessRequests(bcId) }];
    if (request.status !== 'PENDING') {
      const title = words.requests.statuses[request.status];
      return show(c, context, 'accessRequests', { title, breadcrumb, body: endedRequest(context, request) });
    }
    const url = await consentUrl(context, request.id);
    const body = html`${flashNotice(context)}
      ${pendingRequest(context, { request, url, signedIn: c.get('signedIn') })}`;
    return show(c, context, 'accessRequests', { title: words.live.title, breadcrumb, body, refreshAfter: REFRESH });
  })
  .get(routes.accessRequest.state.pattern, async (c) => {
    const { status } = await getRequest(contextOfPage(c), idOf(c, 'bc_id'), idOf(c, 'id'));
    return c.json({ state: status });
  })
  .get(routes.accessRequest.qrSvg.pattern, async (c) => {
    const { url, request } = await codeOf(c);
    return c.body(await qrSvg(url), 200, file(request, 'svg'));
  })
  .get(routes.accessRequest.card.pattern, async (c) => {
    const [{ url, request }, center] = await Promise.all([codeOf(c), getOwnCenter(contextOfPage(c), idOf(c, 'bc_id'))]);
    const card = await qrCard(c.get('locale'), { center: center.name, request, url });
    return c.body(String(card), 200, file(request, 'svg'));
  })
  .get(routes.accessRequest.qrPng.pattern, async (c) => {
    const { url, request } = await codeOf(c);
    return c.body(await qrPng(url), 200, file(request, 'png'));
  })
  .get(routes.accessRequest.cancel.pattern, async (c) => {
    const context = await loadConsole(c);
    const { locale, ctx, bcId } = context;
    const request = await getRequest(ctx, bcId, idOf(c, 'id'));
    const back = routes.accessRequest.show(bcId, request.id);
    if (request.status !== 'PENDING') return c.redirect(back, 303);
    const breadcrumb = [{ label: locale.words.console.requests.title, href: routes.console.accessRequests(bcId) }];
    const step = cancelStep(context, request.id, c.get('signedIn'));
    return confirmPage(c, context, 'accessRequests', { step, back, breadcrumb });
  })
  .post(routes.accessRequest.cancel.pattern, async (c) => {
    const bcId = idOf(c, 'bc_id');
    await submitOnce(
      c,
      async (ctx) => unlessSomebodyWasFaster(async () => cancelRequest(ctx, bcId, idOf(c, 'id'))),
      () => null,
    );
    return redirectWithFlash(c, routes.console.accessRequests(bcId), 'cancelled');
  });

/** What the QR code carries, and the request that it is of. @throws SparkgateError as `getConsentUrl` does */
async function codeOf(c: Context<PageEnv>): Promise<{ url: string; request: AccessRequestView }> {
  const [ctx, bcId, id] = [contextOfPage(c), idOf(c, 'bc_id'), idOf(c, 'id')];
  const [url, request] = await Promise.all([getConsentUrl(ctx, bcId, id), getRequest(ctx, bcId, id)]);
  return { url, request };
}

/** Headers of a picture, which is saved under the name of its request. */
function file(request: AccessRequestView, type: 'svg' | 'png'): Record<string, string> {
  return {
    'Content-Type': type === 'svg' ? 'image/svg+xml' : 'image/png',
    'Content-Disposition': `attachment; filename="${cardName(request, type)}"`,
  };
}

/** The account that an approved request led to, if it may be viewed still. */
async function approvedAccount({ ctx, bcId }: ConsoleContext, request: AccessRequestView): Promise<string | null> {
  const id = request.tiktok_account_id;
  if (request.status !== 'APPROVED' || id === null) return null;
  const question = { action: 'view', resource: { type: 'tiktok_account', id }, properties: { bc_id: bcId } } as const;
  return (await ask(ctx, question, null)).decision ? id : null;
}

/** Null where the code cannot be drawn again, or the request has just ended. */
async function consentUrl({ ctx, bcId }: ConsoleContext, id: string): Promise<string | null> {
  return getConsentUrl(ctx, bcId, id).catch((error: unknown) => {
    if (error instanceof SparkgateError && error.code === 'conflict') return null;
    throw error;
  });
}

const KINDS: Readonly<Record<AccessRequestView['status'], NoticeKind>> = {
  PENDING: 'info',
  APPROVED: 'success',
  DECLINED: 'warning',
  CANCELLED: 'info',
  EXPIRED: 'warning',
  VOID: 'warning',
};

/** What the owner authorized and somebody revoked since, with the way to what is on record of it. */
function endedAccess({ locale, bcId }: ConsoleContext, { tiktok_account_id: id }: AccessRequestView): Html {
  const { account, live } = locale.words.console;
  if (id === null) return html`${live.endedAccess}`;
  return html`${live.endedAccess} <a href="${routes.tiktokAccount.show(bcId, id)}">${account.history}</a>`;
}

function endedRequest(context: ConsoleContext, request: RequestRow): Html {
  const { locale, bcId } = context;
  const { live, requests: words } = locale.words.console;
  const more = request.status === 'APPROVED' ? endedAccess(context, request) : undefined;
  return html`${flashNotice(context)} ${heading(words.statuses[request.status])}
    ${notice(locale, KINDS[request.status], live.gone[request.status], more)} ${requestFacts(context, request)}
    <p class="actions"><a class="button" href="${againLink(bcId, request)}">${live.again}</a></p>`;
}
