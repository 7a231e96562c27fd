import type { Context as Http } from 'hono';
import type { AskedBy } from '../../identity/sessions.ts';
import type { Env } from '../env.ts';

/** Stands in the address that a page loads by itself, so that browsers which say nothing are understood too. */
export const UNATTENDED = 'unattended';

/**
 * Whether a person asked: opened a page, followed a link, sent a form. What the script polls, what a page loads by itself
 * (pictures, a refresh) and what a browser fetches ahead are no sign that anybody is there.
 */
export function askedBy(c: Http<Env>): AskedBy {
  const sent = (name: string): string => c.req.header(name) ?? '';
  if (c.req.method !== 'GET' && c.req.method !== 'POST') return 'machine';
  if (isFetchedAhead(c)) return 'machine';
  if (!['', 'navigate'].includes(sent('Sec-Fetch-Mode'))) return 'machine';
  if (!sent('Accept').includes('text/html') && sent('Accept') !== '') return 'machine';
  if (sent('Sec-Fetch-User') === '?1') return 'person';
  const unattended = c.req.query(UNATTENDED) !== undefined;
  return unattended || (sent('Sec-Fetch-Mode') !== '' && saysWhoNavigates(c)) ? 'machine' : 'person';
}

/** Whether a browser fetches a page that its person may never look at. */
export function isFetchedAhead(c: Http<Env>): boolean {
  const purposes = ['Sec-Purpose', 'Purpose', 'X-Moz', 'X-Purpose'].map((name) => c.req.header(name) ?? '');
  return /pre(?:fetch|render|view)/i.test(purposes.join(' '));
}

/** Chromium and Firefox say of each navigation whether a person made it; Safari does not. */
function saysWhoNavigates(c: Http<Env>): boolean {
  return c.req.header('Sec-CH-UA') !== undefined || /\bFirefox\//.test(c.req.header('User-Agent') ?? '');
}
