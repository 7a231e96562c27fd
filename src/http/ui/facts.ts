import { html } from 'hono/html';
import type { Html } from './html.ts';

/** Pairs of a label and what it is, such as the details of one thing. */
export function facts(pairs: readonly (readonly [label: string, value: Html | string])[]): Html {
  return html`<dl class="facts">
    ${pairs.map(
      ([label, value]) =>
        html`<div>
          <dt>${label}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
