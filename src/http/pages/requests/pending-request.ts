import { html } from 'hono/html';
import type { AccessRequestView } from '../../../domain/access-requests/view.ts';
import type { RequestRow } from '../../../domain/access-requests/find-requests.ts';
import type { SignedIn } from '../../env.ts';
import { copyButton } from '../../ui/copy.ts';
import { formFields } from '../../ui/fields.ts';
import type { Html } from '../../ui/html.ts';
import { live } from '../../ui/polling.ts';
import { notice } from '../../ui/notice.ts';
import { routes } from '../../routes.ts';
import type { ConsoleContext } from '../console/console-context.ts';
import { confirmStep, type Step } from '../console/confirm-step.ts';
import { heading } from '../console/parts.ts';
import { cardName } from './qr-card.ts';
import { requestFacts } from './request-facts.ts';

interface Pending {
  request: RequestRow;
  /** The secret in the QR code; null where it cannot be had any more. */
  url: string | null;
  signedIn: SignedIn;
}

/** A pending request: the QR code to show or to send on, and what it asks for. */
export function pendingRequest(context: ConsoleContext, { request, url, signedIn }: Pending): Html {
  const { locale, bcId } = context;
  const words = locale.words.console.live;
  return html`${live(locale, routes.accessRequest.state(bcId, request.id), request.status)}
    ${heading(words.title, { lead: words.lead })}
    <div class="request">
      ${url === null ? notice(locale, 'warning', words.noPicture) : picture(context, request, url)}
      <div class="request-side">
        <section class="card matching">
          <h2>${words.matchingCode}</h2>
          <p class="code">${request.code}</p>
          <p class="hint">${words.matchingHint}</p>
        </section>
        <section class="card">
          <h2>${words.details}</h2>
          ${requestFacts(context, request)}
          ${confirmStep(cancelStep(context, request.id, signedIn))}
        </section>
      </div>
    </div>`;
}

/** Whether the request is really to be cancelled. */
export function cancelStep({ locale, bcId }: ConsoleContext, id: string, signedIn: SignedIn): Step {
  const words = locale.words.console.live;
  const path = routes.accessRequest.cancel(bcId, id);
  return {
    id: 'cancel',
    label: words.cancel,
    title: words.cancelTitle,
    body: words.cancelBody,
    keep: words.cancelNo,
    form: html`<form method="post" action="${path}">${formFields(signedIn)}<button class="danger">${words.cancelYes}</button></form>`,
    page: path,
  };
}

function picture({ locale, bcId }: ConsoleContext, request: AccessRequestView, url: string): Html {
  const words = locale.words.console.live;
  const { id } = request;
  const png = routes.accessRequest.qrPng(bcId, id);
  const card = routes.accessRequest.card(bcId, id);
  return html`<section class="card qr-panel">
    <img class="qr" src="${routes.accessRequest.qrSvg(bcId, id)}" alt="${words.qr}" width="320" height="320" />
    <img class="print-only" src="${card}" alt="${words.card}" />
    <p class="hint">${words.follow}</p>
    <div class="actions">
      <button type="button" data-card="${card}" data-name="${cardName(request, 'png')}" data-needs-script hidden>${words.download}</button>
      <a class="button secondary" href="${card}" download="${cardName(request, 'svg')}">${words.downloadSvg}</a>
      <a class="button secondary" href="${png}" download="${cardName(request, 'png')}">${words.downloadBare}</a>
      <button type="button" class="secondary" data-print data-needs-script hidden>${locale.words.common.print}</button>
      ${copyButton(locale, words.copyPicture, { picture: card })} ${copyButton(locale, words.copyLink, { text: url })}
    </div>
    <div class="field">
      <label for="consent-url">${words.link}</label>
      <p class="hint" id="consent-url-hint">${words.linkHint}</p>
      <input id="consent-url" type="text" readonly value="${url}" aria-describedby="consent-url-hint" />
    </div>
    <details>
      <summary>${words.howToScan}</summary>
      <ol>
        ${words.howToScanSteps.map((step) => html`<li>${step}</li>`)}
      </ol>
    </details>
  </section>`;
}
