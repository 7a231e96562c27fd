import type { Context } from 'hono';
import { html } from 'hono/html';
import type { ErrorCode, SparkgateError } from '../../domain/errors.ts';
import type { PageEnv, SignedIn } from '../env.ts';
import { StaleForm } from '../session/csrf-field.ts';
import { ForeignForm } from '../session/same-origin.ts';
import { announce, PROBLEMS } from '../problem.ts';
import type { Dictionary } from './locales/en.ts';
import { pageOf } from './form-page.ts';
import type { Html } from './html.ts';
import { shownName } from './name.ts';
import { page } from './page.ts';
import { routes, signInLink } from '../routes.ts';

/** Codes of what went wrong here: whoever looks into it asks for the number. */
const FAULTS: ReadonlySet<ErrorCode> = new Set(['timeout', 'outcome_unknown', 'unavailable', 'internal']);

/** An error as a page: what it is, what to do next, and for a fault of the service the number it was logged under. */
export async function errorPage(c: Context<PageEnv>, thrown: unknown): Promise<Response> {
  const error = announce(c, thrown);
  const { errors, common } = c.get('locale').words;
  const { status } = PROBLEMS[error.code];
  const isStale = error instanceof StaleForm;
  const said = isStale
    ? errors.staleForm
    : error instanceof ForeignForm
      ? errors.foreignForm
      : sayingTo(c, errors, error.code);
  const body = html`<section class="empty error-page">
    <h1>${said.title}</h1>
    <p>${said.next}</p>
    ${isStale ? html`<p class="hint">${common.signedInAs} ${signedInAs(c)}</p>` : ''}
    ${reasons(c, error)} ${await whomToAsk(c, error)}
    ${error.code === 'misdirected_request' ? html`<p><strong class="wrap">${c.get('services').publicUrl()}</strong></p>` : ''}
    <p class="actions">${wayOut(c, error, errors)}</p>
    ${FAULTS.has(error.code) ? html`<p class="hint">${errors.requestId} <code class="wrap">${c.get('requestId')}</code></p>` : ''}
  </section>`;
  const around = c.get('frame') ?? { narrow: true, bare: error.code === 'misdirected_request' };
  return page(c, { title: said.title, body, ...around }, status);
}

/** What is missing, in words, and who brings it about: owners are told nothing that only others can do. */
function reasons(c: Context<PageEnv>, { reasons: missing }: SparkgateError): Html {
  if (!missing || missing.length === 0) return html``;
  const { errors, console } = c.get('locale').words;
  const isOwner = (c.get('signedIn') as SignedIn | undefined)?.actor.type === 'tiktok_account';
  const said = missing.map(({ code }) => console.may.reasons[code]);
  return html`<p>${errors.reasons}</p>
    <ul class="missing">
      ${said.map(([what, who = '']) => html`<li>${what}${isOwner ? '' : html` <span class="who">${who}</span>`}</li>`)}
    </ul>`;
}

/** Whom a person can ask who was refused. That this cannot be told hides nothing of the refusal itself. */
async function whomToAsk(c: Context<PageEnv>, { code, reasons: missing = [] }: SparkgateError): Promise<Html> {
  const ask = c.get('frame')?.whomToAsk;
  if (code !== 'forbidden' || ask === undefined) return html``;
  try {
    return await ask(missing);
  } catch {
    return html``;
  }
}

/** Owners are told nothing that only others can do. */
function sayingTo(c: Context<PageEnv>, errors: Dictionary['errors'], code: ErrorCode) {
  const signedIn = c.get('signedIn') as SignedIn | undefined;
  return code === 'limit_reached' && signedIn?.actor.type === 'tiktok_account' ? errors.ownerLimit : errors[code];
}

/** Who answers for what was sent; known wherever a form can be stale. */
function signedInAs(c: Context<PageEnv>): Html {
  const signedIn = c.get('signedIn') as SignedIn | undefined;
  return signedIn ? shownName(signedIn.displayName ?? signedIn.actor.id) : html``;
}

/** Codes that may be gone when the same page is asked for once more. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['rate_limited', 'timeout', 'unavailable', 'internal']);

/** The page itself, where that helps; and the start: of the owner's pages the owner's list, of all others the console. */
function wayOut(c: Context<PageEnv>, { code }: SparkgateError, words: Dictionary['errors']): Html {
  if (code === 'misdirected_request') {
    const home = new URL(pageOf(c), c.get('services').publicUrl());
    return html`<a class="button" href="${home.href}">${words.misdirected_request.open}</a>`;
  }
  const isOwners = /^\/(?:my-account|consent)(?:\/|$)/.test(c.req.path);
  if (code === 'unauthenticated') {
    const signIn = signInLink(isOwners ? 'tiktok_account' : 'user', pageOf(c));
    return html`<a class="button" href="${signIn}">${words.signIn}</a>`;
  }
  const home = isOwners ? routes.myAccount.show() : routes.home();
  const isForm = c.req.method !== 'GET' && c.req.method !== 'HEAD' && code !== 'not_found';
  if (!isForm && !PASSING.has(code)) return html`<a class="button" href="${home}">${words.home}</a>`;
  return html`<a class="button" href="${pageOf(c)}">${words.back}</a>
    <a class="button secondary" href="${home}">${words.home}</a>`;
}
