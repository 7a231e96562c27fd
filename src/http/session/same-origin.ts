import type { Context as Http } from 'hono';
import { createMiddleware } from 'hono/factory';
import { SparkgateError } from '../../domain/errors.ts';
import { isLoopback } from '../../platform/loopback.ts';
import type { Env } from '../env.ts';
import { authoritiesOf } from '../host.ts';

/**
 * What a browser says of the page that sent a request. `hidden`: an older browser, which our own referrer policy
 * `no-referrer` makes say `Origin: null`; only the form's field can tell then. `unsaid`: no browser said anything.
 */
export type Sender = 'ours' | 'foreign' | 'hidden' | 'unsaid';

/** By `Sec-Fetch-Site` and `Origin`, of which none outweighs the other: where both are sent, both have to be ours. */
export function senderOf(c: Http<Env>): Sender {
  const site = c.req.header('Sec-Fetch-Site');
  const origin = c.req.header('Origin');
  if (site !== undefined && site !== 'same-origin') return 'foreign';
  if (origin !== undefined && origin !== 'null' && !isOurs(c, origin)) return 'foreign';
  if (site !== undefined) return 'ours';
  if (origin === undefined) return 'unsaid';
  return origin === 'null' ? 'hidden' : 'ours';
}

/** What another site's page sent. */
export class ForeignForm extends SparkgateError {
  constructor() {
    super('forbidden', 'This was not sent from a page of this service. Open the page here and send it from there.');
  }
}

/** Refuses what another site's page sends, and what says nothing. The form's field is checked after this, always. */
export function sameOrigin() {
  return createMiddleware<Env>(async function sameOriginMiddleware(c, next) {
    const sender = senderOf(c);
    if (sender !== 'ours' && sender !== 'hidden') throw new ForeignForm();
    await next();
  });
}

/** The origin of `PUBLIC_URL`, or that of the host by which the request came, which is known then. */
function isOurs(c: Http<Env>, origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  const home = new URL(c.get('services').publicUrl());
  if (origin === home.origin) return true;
  if (protocol !== home.protocol && !isLoopback(hostname)) return false;
  return authoritiesOf(c).every((authority) => originOf(protocol, authority) === origin);
}

function originOf(protocol: string, authority: string | null): string | null {
  const url = `${protocol}//${authority ?? ''}`;
  return URL.canParse(url) ? new URL(url).origin : null;
}
