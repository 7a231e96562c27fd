import { html } from 'hono/html';
import type { Html } from './html.ts';
import type { Reader } from './locale.ts';

/** A point in time, in the reader's form and in the machine's; the script puts it into the reader's zone. @param at RFC 3339 */
export function time(reader: Reader, at: string): Html {
  return html`<time datetime="${at}">${reader.formats.dateTime(at)}</time>`;
}

/** The day alone. @param at RFC 3339 */
export function day(reader: Reader, at: string): Html {
  return html`<time datetime="${at}" data-form="day">${reader.formats.date(at)}</time>`;
}

/**
 * A point in time that is coming; where there is script, with a countdown to it. How much is left is told in seconds, by
 * the clock of this service: that of a phone may be hours off. @param at RFC 3339
 */
export function countdown(reader: Reader, at: string): Html {
  const { common } = reader.words;
  const seconds = Math.max(0, Math.round((Date.parse(at) - Date.now()) / 1000));
  return html`${time(reader, at)}
    <span class="countdown" data-countdown="${seconds}" data-over="${common.timeOver}" hidden>
      · ${common.timeLeft} <span role="timer" aria-live="off" data-remaining></span>
    </span>`;
}
