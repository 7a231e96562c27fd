import type { Context as Http } from 'hono';
import { html } from 'hono/html';
import type { DemoPerson, Env } from '../../env.ts';
import type { Audience } from '../../session/signed-in.ts';
import type { Html } from '../../ui/html.ts';
import { notice } from '../../ui/notice.ts';
import { openFormField } from '../../session/open-form-field.ts';
import { page } from '../../ui/page.ts';
import type { Locale } from '../../ui/locale.ts';
import { routes, signInLink, withQuery } from '../../routes.ts';

/** How one kind of person can sign in here. */
export interface Way {
  audience: Audience;
  /** Whether an issuer vouches for them. */
  issuer: boolean;
  /** Whom the demo lets in without proof. */
  demo: readonly DemoPerson[];
}

/** Why a sign-in came to nothing, and with which status that is answered. */
const FAILURES = { expired: 400, declined: 403, refused: 400, unreachable: 503 } as const;
export type Failure = keyof typeof FAILURES;

interface SignInParts {
  ways: readonly Way[];
  /** Where it goes on afterwards. */
  next: string;
  /** What to say to somebody who just signed out. */
  out: { elsewhere: string | null } | null;
  /** Whether there is a demo's sign-in, but not by the way that this request came. */
  demoElsewhere: boolean;
}

/** Choose how to sign in. */
export function signInPage(c: Http<Env>, { ways, next, out, demoElsewhere }: SignInParts) {
  const locale = c.get('locale');
  const { signIn, common } = locale.words;
  const possible = ways.some(({ issuer, demo }) => issuer || demo.length > 0);
  const body = html`<div><h1>${signIn.title}</h1><p class="lead">${common.footer}</p></div>
    ${out ? signedOut(locale, out.elsewhere) : ''}
    ${possible ? '' : notice(locale, 'info', demoElsewhere ? signIn.demo.elsewhere : signIn.notConfigured)}
    ${ways.map((way) => card(locale, way, next))}
    ${demoCard(
      c,
      ways.flatMap(({ demo }) => demo),
      next,
    )}`;
  return page(c, { title: signIn.title, body: html`<div class="stack">${body}</div>`, narrow: true });
}

/** A sign-in that came to nothing, and how to begin again. */
export function failurePage(c: Http<Env>, why: Failure, audience: Audience, next: string) {
  const { signIn } = c.get('locale').words;
  const { title, text } = signIn.failed[why];
  if (FAILURES[why] === 503) c.header('Retry-After', '5');
  const body = html`<section class="empty error-page">
    <h1>${title}</h1>
    <p>${text}</p>
    <p class="actions"><a class="button" href="${signInLink(audience, next)}">${signIn.again}</a></p>
  </section>`;
  return page(c, { title, body, narrow: true }, FAILURES[why]);
}

function signedOut(locale: Locale, elsewhere: string | null): Html {
  const { done, alsoThere, link } = locale.words.signIn.signedOut;
  const more = elsewhere === null ? undefined : html`${alsoThere} <a href="${elsewhere}">${link}</a>`;
  return notice(locale, 'success', done, more);
}

function card(locale: Locale, { audience, issuer }: Way, next: string): Html {
  if (!issuer) return html``;
  const { title, text, button } = locale.words.signIn[audience];
  const { user, tiktokAccount } = routes.signIn;
  const start = withQuery(audience === 'user' ? user() : tiktokAccount(), { next });
  return html`<section class="card">
    <h2>${title}</h2>
    <p>${text}</p>
    <p class="actions"><a class="button" href="${start}">${button}</a></p>
  </section>`;
}

function demoCard(c: Http<Env>, people: readonly DemoPerson[], next: string): Html {
  if (people.length === 0) return html``;
  const locale = c.get('locale');
  const { demo } = locale.words.signIn;
  return html`<section class="card">
    <h2>${demo.title}</h2>
    ${notice(locale, 'warning', demo.warning)}
    <form class="stack" method="post" action="${routes.signIn.demo()}">
      ${openFormField(c)}<input type="hidden" name="next" value="${next}" />
      ${people.map((person) => demoButton(locale, person))}
    </form>
  </section>`;
}

function demoButton(locale: Locale, { actor, displayName }: DemoPerson): Html {
  const { as, people } = locale.words.signIn.demo;
  const known: Readonly<Record<string, string>> = people;
  return html`<button class="secondary wide" name="who" value="${actor.type}:${actor.id}">
    <span
      ><span class="visually-hidden">${as}</span> ${displayName}
      ${actor.id in known ? html`<span class="hint">${known[actor.id]}</span>` : ''}</span
    >
  </button>`;
}
