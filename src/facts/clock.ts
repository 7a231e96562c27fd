import { z } from 'zod';
import { factsFrom, type Fact, type Facts } from './kind.ts';
import { otherwise } from './optional-facts.ts';
import type { Loaded } from './slice.ts';

// The time of a check, as far as rules tell it apart: between two numbers that they compare with, it is one and the same,
// so that what was decided then is remembered until the next of them.

export const WEEKDAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;
type Weekday = (typeof WEEKDAYS)[number];

/** Minutes of a day, from midnight. */
const MINUTES = 24 * 60;

/** A moment as people tell it in one time zone. */
export interface LocalTime {
  weekday: Weekday;
  minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The local time of a moment. @param at in milliseconds since 1970 @param timeZone of the IANA database */
export function localTime(at: number, timeZone: string): LocalTime {
  let format = formats.get(timeZone);
  if (format === undefined) {
    const shown = { weekday: 'long', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    formats.set(timeZone, (format = new Intl.DateTimeFormat('en-US', { timeZone, ...shown })));
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const weekday = WEEKDAYS.find((it) => it === parts['weekday']?.toUpperCase());
  if (weekday === undefined) throw new Error(`no weekday in ${JSON.stringify(parts)}`);
  return { weekday, minute: Number(parts['hour']) * 60 + Number(parts['minute']) };
}

/** The first minute of each part of the day that these numbers tell apart, and each of them by itself. */
export function firstMinutes(numbers: readonly number[]): number[] {
  const all = numbers.flatMap((it) => [Math.ceil(it), Math.floor(it) + 1]).filter((it) => it >= 0 && it < MINUTES);
  return [...new Set([0, ...all])].toSorted((a, b) => a - b);
}

const time = factsFrom<LocalTime>();

/** The clock, for rules that compare the time of day with these numbers. */
export function clockFacts(numbers: readonly number[]): Facts {
  const minutes = firstMinutes(numbers);
  const weekday: Fact = time.fact(z.enum(WEEKDAYS), {
    meaning: 'The day of the week at the time of the check.',
    on: [],
    by: 'time',
    none: 'MONDAY',
    later: true,
    read: (it) => it.weekday,
    better: otherwise<Weekday>(WEEKDAYS, '/clock/weekday'),
  });
  const minute: Fact = time.fact(
    z
      .int()
      .min(0)
      .max(MINUTES - 1),
    {
      meaning: 'Minutes since midnight at the time of the check. A rule may compare it with numbers, and nothing else.',
      on: [],
      by: 'time',
      none: 0,
      later: true,
      values: minutes,
      read: (it) => minutes.findLast((first) => first <= it.minute) ?? 0,
      better: otherwise<number>(minutes, '/clock/minute_of_day'),
    },
  );
  const parts = { weekday, minute_of_day: minute };
  const meaning = 'The time of the check, by the clock of the database, in the time zone CLOCK_TIME_ZONE.';
  return { clock: factsFrom<Loaded>().always(parts, { meaning, from: ({ at, timeZone }) => localTime(at, timeZone) }) };
}
