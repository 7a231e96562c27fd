import type { Context as Http } from 'hono';
import { invalid } from '../domain/closed.ts';
import type { Precondition } from '../domain/context.ts';
import { parseRevision } from '../domain/revision.ts';
import { IF_MATCH } from './docs/header-patterns.ts';
import type { Env } from './env.ts';

const HEADER = 'If-Match';

const TAKEN = new RegExp(IF_MATCH);
/** An entity tag, or a revision. */
const ELEMENT = /(W\/)?"([!#-~]*)"|([0-9a-f.-]+)/g;

/** What `If-Match` says; null where it is not there. @throws SparkgateError `invalid_request` */
export function ifMatchOf(c: Http<Env>): Precondition | null {
  const header = c.req.header(HEADER)?.trim();
  if (header === undefined) return null;
  if (header === '*') return '*';
  if (!TAKEN.test(header)) {
    const message = 'takes entity tags in quotes and revisions, separated by commas, or *';
    throw invalid([{ pointer: HEADER, message }]);
  }
  // A weak tag matches nothing that is to be changed (RFC 9110, 13.1.1).
  const tags = [...header.matchAll(ELEMENT)].flatMap(([, weak, tag, revision]) =>
    weak === undefined ? [tag ?? revision ?? ''] : [],
  );
  return { tags, since: tags.flatMap((text) => parseRevision(text) ?? []) };
}

/** Passed over, a condition would be a write in earnest. @throws SparkgateError `invalid_request` */
export function requireNoMatch(c: Http<Env>): void {
  if (c.req.header(HEADER) === undefined) return;
  throw invalid([{ pointer: HEADER, message: 'is taken by PUT and DELETE of facts alone' }]);
}
