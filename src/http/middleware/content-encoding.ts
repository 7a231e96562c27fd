import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { HttpBindings } from '@hono/node-server';
import type { Context as Http } from 'hono';
import { createMiddleware } from 'hono/factory';
import { SparkgateError } from '../../domain/errors.ts';
import { announcesBody } from '../announced-body.ts';
import type { Env } from '../env.ts';

/**
 * Takes bodies as they are, or in gzip; what is inflated counts against the limits that follow. Any other
 * `Content-Encoding` is a 415 (RFC 9110, section 8.4), which says what is taken (RFC 7694).
 */
export function contentEncoding() {
  return createMiddleware<Env>(async function contentEncodingMiddleware(c, next) {
    const encoding = c.req.header('Content-Encoding')?.trim().toLowerCase() ?? '';
    const { raw } = c.req;
    if (encoding === '' || encoding === 'identity' || !raw.body || isEmpty(c)) return next();
    if (encoding !== 'gzip') {
      c.header('Accept-Encoding', 'gzip');
      throw new SparkgateError('unsupported_media_type', (say) => say.details.encodings, {
        errors: [{ pointer: 'Content-Encoding', message: 'takes gzip' }],
      });
    }
    const headers = new Headers(raw.headers);
    headers.delete('Content-Encoding');
    headers.delete('Content-Length');
    const body = ReadableStream.from(inflated(raw.body));
    c.req.raw = new Request(raw.url, { method: raw.method, headers, body, duplex: 'half' });
    return next();
  });
}

/** Over a socket every method but GET has a body, though an empty one. */
function isEmpty(c: Http<Env>): boolean {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  return incoming !== undefined && !announcesBody(c);
}

async function* inflated(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const packed = Readable.fromWeb(body);
  const gunzip = createGunzip();
  packed.once('error', (error) => gunzip.destroy(error));
  try {
    yield* packed.pipe(gunzip);
  } catch (cause) {
    if (cause instanceof SparkgateError) throw cause;
    throw new SparkgateError('invalid_request', (say) => say.details.notGzip, { cause });
  } finally {
    packed.destroy();
  }
}
