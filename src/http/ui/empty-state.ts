import { html } from 'hono/html';
import type { Html } from './html.ts';

/** What stands where a list has nothing: why, and what to do next. */
export function emptyState(parts: { title: string; body: string; action?: Html }): Html {
  return html`<section class="empty">
    <h2>${parts.title}</h2>
    <p>${parts.body}</p>
    ${parts.action ?? ''}
  </section>`;
}
