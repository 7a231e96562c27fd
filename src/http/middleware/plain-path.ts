import type { HttpBindings } from '@hono/node-server';
import type { Context as Http } from 'hono';
import { createMiddleware } from 'hono/factory';
import { invalid } from '../../domain/closed.ts';
import { percentDecoded } from '../../platform/header-text.ts';
import type { Env } from '../env.ts';

/** A path with nothing in it that anybody could read in two ways. */
const ORDINARY = /^(?:\/[\w-]+)+$/;
const DOT_SEGMENT = /^(?:\.|%2e){1,2}$/i;

/**
 * Refuses a path that a URL parser reads otherwise than it is written, before any route acts on it: parsers resolve dot
 * segments, encoded ones too (`x/%2e%2e/members/sam` is `members/sam` to them), and end the path at a `#`. Hence it is
 * the target of the request line that is looked at, not the URL made of it.
 */
export function plainPath() {
  return createMiddleware<Env>(async function plainPathMiddleware(c, next) {
    const fault = faultOf(targetOf(c));
    if (fault !== null) throw invalid([{ pointer: 'path', message: fault }]);
    await next();
  });
}

/**
 * As it stands in the request line, without the origin that a proxy may have put before the path (RFC 9112, 3.2.2).
 * Without a server there is a URL alone, whose fragment its maker keeps to itself.
 */
function targetOf(c: Http<Env>): string {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  return (incoming?.url ?? c.req.url.replace(/#.*/s, '')).replace(/^https?:\/\/[^/?#]*/, '');
}

function faultOf(target: string): string | null {
  const [path = ''] = target.split('?');
  if (ORDINARY.test(path) && !target.includes('#')) return null;
  if (/[^\x21-\x7e]|[\\#]/.test(path) || target.includes('#')) {
    return 'holds a character that has to be percent-encoded';
  }
  if (percentDecoded(path) === null) return 'is not well-formed percent-encoded UTF-8';
  if (path.split('/').some((part) => DOT_SEGMENT.test(part))) return 'holds "." or ".." as a part, which name nothing';
  return null;
}
