import { html } from 'hono/html';
import type { Html } from './html.ts';
import type { Reader } from './reader.ts';

/**
 * A button that asks once more before its form is sent. Without script it unfolds in place; with it, it is a dialog.
 * @param id of this page's own, for the dialog's heading
 */
export function confirm(
  reader: Reader,
  parts: { id: string; label: string; title: string; body: Html | string; form: Html; danger?: boolean },
): Html {
  return html`<details class="confirm" data-confirm>
    <summary class="button ${parts.danger ? 'danger-quiet' : 'secondary'}">${parts.label}</summary>
    <div class="sheet" data-sheet="${parts.id}">
      <h2 id="${parts.id}">${parts.title}</h2>
      <div class="more">${parts.body}</div>
      <div class="actions">
        ${parts.form}
        <button type="button" class="secondary" data-close hidden>${reader.words.common.cancel}</button>
      </div>
    </div>
  </details>`;
}
