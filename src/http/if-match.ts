import type { Context as Http } from 'hono';
import { invalid } from '../domain/closed.ts';
import type { Precondition } from '../domain/precondition.ts';
import type { Env } from './env.ts';

const HEADER = 'If-Match';

/** An entity tag; a weak one matches nothing that is to be changed (RFC 9110, 13.1.1). */
const TAG = /(W\/)?"([!#-~]*)"/g;

/** What `If-Match` says; null where it is not there. @throws SparkgateError `invalid_request` */
export function ifMatchOf(c: Http<Env>): Precondition | null {
  const header = c.req.header(HEADER)?.trim();
  if (header === undefined) return null;
  if (header === '*') return '*';
  const parts = header.replaceAll(TAG, 'tag').split(',');
  if (!parts.some((part) => part.trim() === 'tag') || !parts.every((part) => ['', 'tag'].includes(part.trim()))) {
    throw invalid([{ pointer: HEADER, message: 'takes entity tags in quotes, separated by commas, or *' }]);
  }
  return [...header.matchAll(TAG)].flatMap(([, weak, tag = '']) => (weak === undefined ? [tag] : []));
}

/** Passed over, a condition would be a write in earnest. @throws SparkgateError `invalid_request` */
export function requireNoMatch(c: Http<Env>): void {
  if (c.req.header(HEADER) === undefined) return;
  throw invalid([{ pointer: HEADER, message: 'is taken by PUT and DELETE of facts alone' }]);
}
