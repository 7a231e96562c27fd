import type { HttpBindings } from '@hono/node-server';
import type { Context as Http } from 'hono';
import type { Env } from './env.ts';

/** Whether the headers of a request that came over a socket announce a body; false for one without a socket. */
export function announcesBody(c: Http<Env>): boolean {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  const sent = c.req.header('Transfer-Encoding') ?? c.req.header('Content-Length') ?? '0';
  return incoming !== undefined && sent !== '0';
}
