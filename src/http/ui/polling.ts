import { html } from 'hono/html';
import type { Html } from './html.ts';

/**
 * Follows a state: the script asks `path` for `{"state": string}` every two seconds and loads the page anew once it is
 * another. Give the page `refreshAfter` too, for browsers without script.
 */
export function live(path: string, state: string): Html {
  return html`<span data-live="${path}" data-state="${state}" hidden></span>`;
}
