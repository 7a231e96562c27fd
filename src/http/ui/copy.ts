import { html } from 'hono/html';
import type { Html } from './html.ts';
import type { Locale } from './locale.ts';

/** A button that copies a text, or the picture at an address. Only there where script is. */
export function copyButton(locale: Locale, label: string, what: { text: string } | { picture: string }): Html {
  const { copied, copyFailed } = locale.words.common;
  const attribute = 'text' in what ? html`data-copy="${what.text}"` : html`data-copy-picture="${what.picture}"`;
  return html`<span class="copy" hidden data-needs-script>
    <button type="button" class="secondary" ${attribute} data-copied="${copied}" data-failed="${copyFailed}">${label}</button>
    <span role="status" class="hint"></span>
  </span>`;
}
