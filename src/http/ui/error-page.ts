import type { Context } from 'hono';
import { html } from 'hono/html';
import type { SparkgateError } from '../../domain/errors.ts';
import type { PageEnv } from '../env.ts';
import { announce, PROBLEMS } from '../problem.ts';
import type { Html } from './html.ts';
import { page } from './page.ts';
import { urls } from './urls.ts';

/** An error as a page: what it is, what to do next, and the number it was logged under. */
export function errorPage(c: Context<PageEnv>, thrown: unknown) {
  const error = announce(c, thrown);
  const { errors } = c.get('reader').words;
  const { status } = PROBLEMS[error.code];
  const said = errors[error.code];
  const body = html`<section class="empty error-page">
    <p class="status">${status}</p>
    <h1>${said.title}</h1>
    <p>${said.next}</p>
    ${reasons(error, errors.reasons)}
    <p class="actions">${wayOut(c, error, errors)}</p>
    <p class="hint">${errors.requestId} <code class="wrap">${c.get('requestId').slice(0, 128)}</code></p>
  </section>`;
  return page(c, { title: said.title, body, narrow: true }, status);
}

function reasons({ reasons: missing }: SparkgateError, title: string): Html {
  if (!missing || missing.length === 0) return html``;
  return html`<p>${title} ${missing.map(({ code }) => html`<code>${code}</code> `)}</p>`;
}

/** The owner's pages lead back to the owner's list, all others to the console. */
function wayOut({ req }: Context<PageEnv>, { code }: SparkgateError, words: { home: string; signIn: string }): Html {
  const isOwners = /^\/(?:my-account|consent)(?:\/|$)/.test(req.path);
  const home = isOwners ? urls.myAccount.show() : urls.home();
  if (code !== 'unauthenticated') return html`<a class="button" href="${home}">${words.home}</a>`;
  const signIn = urls.signIn.choose(isOwners ? 'tiktok_account' : 'user', isOwners ? home : urls.console());
  return html`<a class="button" href="${signIn}">${words.signIn}</a>`;
}
