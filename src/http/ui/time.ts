import { html } from 'hono/html';
import type { Html } from './html.ts';
import type { Locale } from './locale.ts';

/** A point in time, in the reader's form and in the machine's; the script puts it into the reader's zone. @param at RFC 3339 */
export function time(locale: Locale, at: string): Html {
  return html`<time datetime="${at}">${locale.formats.dateTime(at)}</time>`;
}

/** The day alone. @param at RFC 3339 */
export function day(locale: Locale, at: string): Html {
  return html`<time datetime="${at}" data-form="day">${locale.formats.date(at)}</time>`;
}

/**
 * A point in time that is coming; where there is script, with a countdown to it. How much is left is told in seconds, by
 * the clock of this service: that of a phone may be hours off. @param at RFC 3339
 */
export function countdown(locale: Locale, at: string): Html {
  const { common } = locale.words;
  const seconds = Math.max(0, Math.round((Date.parse(at) - Date.now()) / 1000));
  return html`${time(locale, at)}
    <span class="countdown" data-countdown="${seconds}" data-over="${common.timeOver}" hidden>
      ${common.timeLeft} <span role="timer" aria-live="off" data-remaining></span>
    </span>`;
}
