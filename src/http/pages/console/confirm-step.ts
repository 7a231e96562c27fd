import type { Context } from 'hono';
import { html } from 'hono/html';
import type { PageEnv } from '../../env.ts';
import type { Html } from '../../ui/html.ts';
import type { Place } from '../../ui/place.ts';
import { show, type Section, type ConsoleContext } from './console-context.ts';
import { heading } from './parts.ts';

/** What is asked once more before it is done. */
export interface Step {
  /** Of this page's own, for the dialog's heading. */
  id: string;
  label: string;
  title: string;
  body: Html | string;
  /** What leaves everything as it is: it has the focus. */
  keep: string;
  /** The form that does it, with its button. */
  form: Html;
  /** The same question as a page, for browsers without script: a page that loads itself anew would close what unfolds. */
  page: string;
}

/** A button that asks once more before its form is sent: with script in a dialog, without it on a page of its own. */
export function confirmStep(step: Step): Html {
  return html`<div data-needs-script hidden>
      <details class="confirm" data-confirm>
        <summary class="button danger-quiet">${step.label}</summary>
        <div class="sheet" data-sheet="${step.id}">
          <h2 id="${step.id}">${step.title}</h2>
          <div class="more">${step.body}</div>
          <div class="actions">
            <button type="button" class="secondary" data-close hidden autofocus>${step.keep}</button>
            ${step.form}
          </div>
        </div>
      </details>
    </div>
    <noscript><a class="button danger-quiet" href="${step.page}">${step.label}</a></noscript>`;
}

/** The same question as a page. @param back where nothing is done */
export async function confirmPage(
  c: Context<PageEnv>,
  context: ConsoleContext,
  section: Section,
  { step, back, breadcrumb }: { step: Step; back: string; breadcrumb: Place[] },
): Promise<Response> {
  const body = html`${heading(step.title)}
    <div class="more">${step.body}</div>
    <div class="actions">
      <a class="button secondary" href="${back}">${step.keep}</a>
      ${step.form}
    </div>`;
  return show(c, context, section, { title: step.title, breadcrumb, body });
}
