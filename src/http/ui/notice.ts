import { html } from 'hono/html';
import type { Html } from './html.ts';
import type { Locale } from './locale.ts';

export type NoticeKind = 'info' | 'success' | 'warning' | 'error';

/** A sentence that stands out. Its kind is told in words too, never by colour alone; what is news is read out at once. */
export function notice(locale: Locale, kind: NoticeKind, body: Html | string, more?: Html | string): Html {
  const role = kind === 'error' ? 'alert' : kind === 'success' ? 'status' : 'note';
  return html`<div class="notice ${kind}" role="${role}">
    <p><strong class="visually-hidden">${locale.words.common.notice[kind]}${locale.words.common.colon}</strong>${body}</p>
    ${more === undefined ? '' : html`<div class="more">${more}</div>`}
  </div>`;
}
