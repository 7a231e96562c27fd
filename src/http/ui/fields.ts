import { randomBytes } from 'node:crypto';
import { html } from 'hono/html';
import type { FieldError } from '../../domain/errors.ts';
import type { SignedIn } from '../env.ts';
import type { Html } from './html.ts';
import type { Locale } from './locale.ts';

/**
 * The hidden fields that every form of a signed-in person carries: whose page it stands on, and a key by which it is
 * carried out once. Browsers that fill in again what a page held before have to leave the key alone.
 */
export function formFields({ csrfToken }: SignedIn): Html {
  return html`<input type="hidden" name="csrf" value="${csrfToken}" />
    <input type="hidden" name="once" value="${randomBytes(16).toString('base64url')}" autocomplete="off" />`;
}

/** What a form shows again after it was refused. */
export interface Entered {
  values: Readonly<Record<string, string>>;
  errors: readonly FieldError[];
}

/** A labelled field with its hint and what is wrong with it. */
export function textField(
  entered: Entered,
  field: {
    name: string;
    label: string;
    hint?: string;
    type?: 'text' | 'search' | 'number';
    required?: boolean;
    maxLength?: number;
  },
): Html {
  const complaint = complaintOf(entered, field.name);
  const { name, hint } = field;
  const described = [hint !== undefined && `${name}-hint`, complaint !== null && `${name}-error`]
    .filter(Boolean)
    .join(' ');
  return html`<div class="field">
    <label for="${name}">${field.label}</label>
    ${hint === undefined ? '' : html`<p class="hint" id="${name}-hint">${hint}</p>`}
    ${complaint === null ? '' : html`<p class="complaint" id="${name}-error">${complaint}</p>`}
    <input id="${name}" name="${name}" type="${field.type ?? 'text'}" value="${entered.values[name] ?? ''}" dir="auto"
      autocomplete="off"${field.maxLength === undefined ? '' : html` maxlength="${field.maxLength}"`}${field.required ? html` required` : ''}${described === '' ? '' : html` aria-describedby="${described}"`}${complaint === null ? '' : html` aria-invalid="true"`} />
  </div>`;
}

/** Everything that was refused, above the form, each with a link to its field. Nothing where nothing was. */
export function errorSummary(locale: Locale, { errors }: Pick<Entered, 'errors'>): Html {
  if (errors.length === 0) return html``;
  return html`<div class="notice error" role="alert" tabindex="-1" autofocus data-focus>
    <p><strong>${locale.words.common.fix}</strong></p>
    <ul>
      ${errors.map(({ pointer, message }) => html`<li><a href="#${fieldOf(pointer)}">${message}</a></li>`)}
    </ul>
  </div>`;
}

/** What is wrong with a field; null for nothing. */
export function complaintOf({ errors }: Pick<Entered, 'errors'>, name: string): string | null {
  return errors.find(({ pointer }) => fieldOf(pointer) === name)?.message ?? null;
}

/** `/scopes/0` is a complaint about the field `scopes`. */
function fieldOf(pointer: string): string {
  return pointer.replace(/^\//, '').split('/')[0] ?? '';
}
