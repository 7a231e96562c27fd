import { html } from 'hono/html';
import type { Html } from './html.ts';
import type { Locale } from './locale.ts';
import { isInvisible, confusableOf } from './confusables.ts';

/** So much without a place to break a line that it may be broken anywhere. */
const UNBROKEN = /[^\s-]{21}/u;

/** A name that somebody else chose: kept apart from the text around it, with what cannot be seen made visible. */
export function shownName(text: string): Html {
  const shown = partsOf(text).map(({ part, invisible }) =>
    invisible ? html`<span class="invisible">${codePoint(part)}</span>` : part,
  );
  return html`<bdi class="${UNBROKEN.test(text) ? 'name long' : 'name'}">${shown}</bdi>`;
}

/** A handle as TikTok writes it, however it came. */
export function atHandle(handle: string): string {
  return handle.startsWith('@') ? handle : `@${handle}`;
}

/** As {@link shownName}, for where there is no markup, such as the title of a page. */
export function plainName(text: string): string {
  return partsOf(text)
    .map(({ part, invisible }) => (invisible ? `[${codePoint(part)}]` : part))
    .join('');
}

/** As {@link shownName}, with a warning where the name may pass for another. */
export function checkedName(locale: Locale, text: string): Html {
  const suspicion = confusableOf(text);
  if (suspicion === null) return shownName(text);
  return html`${shownName(text)} <span class="badge warning suspicion">${locale.words.common.suspicious[suspicion]}</span>`;
}

/** A text in pieces: what can be read, and each character that cannot be seen. */
function partsOf(text: string): { part: string; invisible: boolean }[] {
  const parts = text.split(/([\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0])/u);
  return parts.map((part, at) => ({ part, invisible: isInvisible(part, parts[at - 1] ?? '') }));
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
