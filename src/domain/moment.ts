import { invalid } from './closed.ts';

/** RFC 3339 tells years by four digits: an offset can lead beyond the last of them. */
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * The moment that a text in RFC 3339 names, at which something is to end.
 * @param pointer the place of the text in the body
 * @throws SparkgateError `unprocessable` for one that has come, or that no answer could tell
 */
export function endingAt(text: string, now: Date, pointer: string): Date {
  const moment = new Date(text);
  if (moment <= now) throw invalid([{ pointer, message: 'must be later than now' }], 'unprocessable');
  if (moment.getTime() > LAST) throw invalid([{ pointer, message: 'is after the year 9999' }], 'unprocessable');
  return moment;
}
