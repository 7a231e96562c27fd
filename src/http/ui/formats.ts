import type { Language } from '../../domain/messages/messages.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Dates, numbers and lists in the reader's form. Times are UTC and say so: people of many zones read one page. */
export class Formats {
  readonly #dateTime: Intl.DateTimeFormat;
  readonly #date: Intl.DateTimeFormat;
  readonly #number: Intl.NumberFormat;
  readonly #list: Intl.ListFormat;
  readonly #language: Language;

  constructor(language: Language) {
    this.#language = language;
    const day = { year: 'numeric', month: 'short', day: 'numeric', timeZone: 'UTC' } as const;
    this.#date = new Intl.DateTimeFormat(language, day);
    const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short' } as const;
    this.#dateTime = new Intl.DateTimeFormat(language, { ...day, ...time });
    this.#number = new Intl.NumberFormat(language);
    this.#list = new Intl.ListFormat(language, { type: 'conjunction' });
  }

  /** @param at RFC 3339 */
  dateTime(at: string): string {
    const moment = new Date(at);
    if (this.#language === 'en') return this.#dateTime.format(moment);
    // As TikTok writes it in Chinese: the time after the day, and the zone in brackets.
    const parts = new Map(this.#dateTime.formatToParts(moment).map(({ type, value }) => [type, value]));
    const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
    return `${this.#date.format(moment)} ${part('hour')}:${part('minute')}（${part('timeZoneName')}）`;
  }

  /** @param at RFC 3339 */
  date(at: string): string {
    return this.#date.format(new Date(at));
  }

  number(value: number): string {
    return this.#number.format(value);
  }

  list(items: readonly string[]): string {
    return this.#list.format(items);
  }

  /** In its largest whole unit, such as `24 hours`. @param seconds at least 0 */
  duration(seconds: number): string {
    if (seconds > DAY && seconds % DAY === 0) return this.#unit(seconds / DAY, 'day');
    if (seconds >= HOUR && seconds % HOUR === 0) return this.#unit(seconds / HOUR, 'hour');
    if (seconds >= MINUTE) return this.#unit(Math.floor(seconds / MINUTE), 'minute');
    return this.#unit(Math.floor(seconds), 'second');
  }

  #unit(value: number, unit: 'day' | 'hour' | 'minute' | 'second'): string {
    return new Intl.NumberFormat(this.#language, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
  }
}
