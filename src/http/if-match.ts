import type { Context as Http } from 'hono';
import { invalid } from '../domain/closed.ts';
import type { Precondition } from '../domain/context.ts';
import { parseRevision } from '../domain/revision.ts';
import type { Env } from './env.ts';

const HEADER = 'If-Match';

/** An entity tag, or a revision, in quotes or not. A weak tag matches nothing that is to be changed (RFC 9110, 13.1.1). */
const ELEMENT = /(W\/)?"([!#-~]*)"|([0-9a-f.-]+)/g;

/** What `If-Match` says; null where it is not there. @throws SparkgateError `invalid_request` */
export function ifMatchOf(c: Http<Env>): Precondition | null {
  const header = c.req.header(HEADER)?.trim();
  if (header === undefined) return null;
  if (header === '*') return '*';
  const parts = header
    .replaceAll(ELEMENT, 'it')
    .split(',')
    .map((part) => part.trim());
  const elements = [...header.matchAll(ELEMENT)].map(([, weak, tag, bare]) => ({
    weak,
    text: tag ?? bare ?? '',
    bare,
  }));
  const unknown = elements.some(({ bare }) => bare !== undefined && parseRevision(bare) === null);
  if (unknown || elements.length === 0 || !parts.every((part) => part === '' || part === 'it')) {
    const message = 'takes entity tags in quotes and revisions, separated by commas, or *';
    throw invalid([{ pointer: HEADER, message }]);
  }
  const tags = elements.flatMap(({ weak, text }) => (weak === undefined ? [text] : []));
  return { tags, since: tags.flatMap((text) => parseRevision(text) ?? []) };
}

/** Passed over, a condition would be a write in earnest. @throws SparkgateError `invalid_request` */
export function requireNoMatch(c: Http<Env>): void {
  if (c.req.header(HEADER) === undefined) return;
  throw invalid([{ pointer: HEADER, message: 'is taken by PUT and DELETE of facts alone' }]);
}
