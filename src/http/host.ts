import type { HttpBindings } from '@hono/node-server';
import type { Context as Http } from 'hono';
import type { Env } from './env.ts';

const AUTHORITY = /^(?:\[[\da-f:.]+\]|[^\s@/?#\\:[\]]+)(?::\d{0,5})?$/i;

/**
 * The name or address in a `Host` header: in lower case, without port and without a last dot. Null for what is none.
 * Ports bear on nothing here: cookies do not tell them apart either, and proxies and containers map them.
 */
export function hostName(authority: string): string | null {
  const url = `http://${authority}`;
  if (!AUTHORITY.test(authority) || !URL.canParse(url)) return null;
  return new URL(url).hostname.replace(/\.$/, '') || null;
}

/**
 * By which hosts a request was sent: its `Host`, and the one in the request line where that names one (RFC 9112, section
 * 3.2.2). Null stands for a request over the network that names none, or several.
 */
export function authoritiesOf(c: Http<Env>): (string | null)[] {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  const asked = new URL(c.req.url).host;
  if (!incoming) return [c.req.header('Host') ?? asked];
  const named = incoming.headersDistinct['host'] ?? [];
  const line = incoming.url?.startsWith('/') === true ? [] : [asked];
  return [named.length === 1 ? (named[0] ?? null) : null, ...line];
}
