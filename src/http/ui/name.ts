import { html } from 'hono/html';
import type { Html } from './html.ts';
import type { Reader } from './reader.ts';
import { isInvisible, suspicionOf } from './suspicion.ts';

/** A name that somebody else chose: kept apart from the text around it, with what cannot be seen made visible. */
export function shownName(text: string): Html {
  const parts = text.split(/([\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0])/u);
  return html`<bdi class="name"
    >${parts.map((part, at) => (isInvisible(part, parts[at - 1] ?? '') ? codePoint(part) : part))}</bdi
  >`;
}

/** As {@link shownName}, with a warning where the name may pass for another. */
export function checkedName(reader: Reader, text: string): Html {
  const suspicion = suspicionOf(text);
  if (suspicion === null) return shownName(text);
  return html`${shownName(text)} <span class="badge warning suspicion">${reader.words.common.suspicious[suspicion]}</span>`;
}

function codePoint(character: string): Html {
  const number = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return html`<span class="invisible">U+${number}</span>`;
}
