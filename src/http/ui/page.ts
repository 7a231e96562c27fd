import type { Context } from 'hono';
import { html } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { PageEnv, SignedIn } from '../env.ts';
import { UNATTENDED } from '../session/asked-by.ts';
import { asset } from './assets.ts';
import { pageOf } from './form-page.ts';
import type { Html } from './html.ts';
import { languageButtons } from './language-switch.ts';
import { openFormField, whoIsSignedIn } from '../session/open-form-field.ts';
import { plainName, shownName } from './name.ts';
import type { Locale } from './locale.ts';
import type { Frame, Place } from './place.ts';
import { routes } from '../routes.ts';

/** What a page says of itself. */
export interface PageParts extends Partial<Frame> {
  /** In the tab; the page's own heading is up to its body. */
  title: string;
  body: Html;
  breadcrumb?: readonly Place[];
  /** Loads itself anew after so many seconds where there is no script. */
  refreshAfter?: number;
  /** One narrow column: for a page that asks one thing. */
  narrow?: boolean;
  /** Only the page itself, where nothing that the header offers would work. */
  bare?: boolean;
  /** Besides that of every page. */
  scripts?: readonly 'selection.js'[];
}

/** Answers a whole page, in the reader's language and with whoever is signed in. */
export function page(c: Context<PageEnv>, parts: PageParts, status: ContentfulStatusCode = 200) {
  const locale = c.get('locale');
  const { words } = locale;
  return c.html(
    html`<!doctype html>
      <html lang="${locale.language}">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>${plainName(parts.title)} · ${words.common.product}</title>
          <link rel="icon" type="image/svg+xml" href="${routes.favicon()}" />
          <link rel="stylesheet" href="${asset('style.css')}" />
          ${(['script.js', ...(parts.scripts ?? [])] as const).map((name) => html`<script type="module" src="${asset(name)}"></script>`)}
          ${parts.refreshAfter === undefined ? '' : html`<noscript><meta http-equiv="refresh" content="${parts.refreshAfter}; url=${unattended(pageOf(c))}" /></noscript>`}
        </head>
        <body>
          <a class="skip" href="#content">${words.common.skip}</a>
          ${header(c, locale, parts)}
          <div class="frame${parts.narrow ? ' narrow' : ''}${parts.navigation ? ' sided' : ''}">
            ${parts.navigation ? navigation(locale, parts.navigation) : ''}
            <main id="content" tabindex="-1">
              ${parts.breadcrumb ? breadcrumb(locale, parts.breadcrumb) : ''} ${parts.body}
            </main>
          </div>
          <footer>${words.common.footer}</footer>
        </body>
      </html>`,
    status,
  );
}

/** The address by which a page loads itself anew. */
function unattended(path: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${UNATTENDED}=`;
}

function header(c: Context<PageEnv>, locale: Locale, { switcher, knownAs = null, bare = false }: PageParts): Html {
  const { common } = locale.words;
  const logo = html`<img src="${routes.favicon()}" alt="" width="28" height="28" /> ${common.product}`;
  if (bare) return html`<header class="top"><span class="brand">${logo}</span></header>`;
  const signedIn = whoIsSignedIn(c);
  const home = signedIn?.actor.type === 'tiktok_account' ? routes.myAccount.show() : routes.home();
  return html`<header class="top">
    <a class="brand" href="${home}">${logo}</a>
    ${switcher ? html`<div class="switcher">${switcher}</div>` : ''}
    <div class="aside">${languageButtons(locale, { back: pageOf(c), field: openFormField(c) })} ${person(locale, signedIn, knownAs)}</div>
  </header>`;
}

function person(locale: Locale, signedIn: SignedIn | null, knownAs: string | null): Html {
  if (!signedIn) return html``;
  const { common } = locale.words;
  const { actor, displayName, demo } = signedIn;
  const [name = actor.id, ...others] = new Set([knownAs, displayName, actor.id].filter((it) => it !== null));
  return html`<details class="menu person">
    <summary><span class="ellipsis">${shownName(name)}</span></summary>
    <div class="sheet">
      <p class="hint">${common.signedInAs}</p>
      <p><strong class="wrap">${shownName(name)}</strong></p>
      ${others.map((other) => html`<p class="hint wrap">${shownName(other)}</p>`)}
      ${demo ? html`<p><span class="badge warning">${common.demoSignIn}</span></p>` : ''}
      <form method="post" action="${routes.signIn.out()}">
        <input type="hidden" name="csrf" value="${signedIn.csrfToken}" />
        <input type="hidden" name="audience" value="${actor.type}" />
        <button class="secondary wide">${common.signOut}</button>
      </form>
    </div>
  </details>`;
}

function navigation(locale: Locale, places: readonly Place[]): Html {
  return html`<nav class="side" aria-label="${locale.words.common.navigation}">
    <ul>
      ${places.map((place) => html`<li>${link(place)}</li>`)}
    </ul>
  </nav>`;
}

function breadcrumb(locale: Locale, places: readonly Place[]): Html {
  return html`<nav class="breadcrumb" aria-label="${locale.words.common.breadcrumb}">
    <ol>
      ${places.map((place) => html`<li>${link(place)}</li>`)}
    </ol>
  </nav>`;
}

function link({ label, href, current }: Place): Html {
  return html`<a href="${href}"${current ? html` aria-current="page"` : ''}>${shownName(label)}</a>`;
}
