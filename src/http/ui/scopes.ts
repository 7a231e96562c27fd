import { html } from 'hono/html';
import type { Scope } from '../../domain/vocabulary.ts';
import type { Html } from './html.ts';
import type { Locale } from './locale.ts';

/** Scopes as people know them: `Use existing posts for ads`. */
export function scopeBadges(locale: Locale, scopes: readonly Scope[]): Html {
  if (scopes.length === 0) return html`<span class="hint">${locale.words.common.noValue}</span>`;
  return html`<ul class="badges">
    ${inOrder(scopes).map((scope) => html`<li class="badge scope">${locale.words.common.scopes[scope].name}</li>`)}
  </ul>`;
}

/** A scope with each permission that it carries. @param aside such as a tick box before it or a word after it */
export function scopeCard(locale: Locale, scope: Scope, aside: { before?: Html; after?: Html } = {}): Html {
  const { name, permissions } = locale.words.common.scopes[scope];
  return html`<div class="card scope-card">
    <p class="scope-title">${aside.before ?? ''} <strong>${name}</strong> ${aside.after ?? ''}</p>
    <ul class="permissions">
      ${permissions.map((permission) => html`<li>${permission}</li>`)}
    </ul>
  </div>`;
}

/** Posts first, as TikTok lists them. */
export function inOrder(scopes: readonly Scope[]): Scope[] {
  return scopes.toSorted().toReversed();
}
