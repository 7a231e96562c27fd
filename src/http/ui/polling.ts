import { html } from 'hono/html';
import type { Html } from './html.ts';
import type { Locale } from './locale.ts';

/**
 * Follows a state: the script asks `path` for `{"state": string}` every two seconds and loads the page anew once it is
 * another, and says so while the connection is lost. Give the page `refreshAfter` too, for browsers without script.
 */
export function live(locale: Locale, path: string, state: string): Html {
  return html`<div class="follows" role="status">
    <span data-live="${path}" data-state="${state}" hidden></span>
    <p class="notice warning" data-offline hidden>${locale.words.common.offline}</p>
  </div>`;
}
