import type { Context as Http } from 'hono';
import { createMiddleware } from 'hono/factory';
import { SparkgateError } from '../../domain/errors.ts';
import { isLoopback } from '../../platform/loopback.ts';
import type { Env } from '../env.ts';
import { authoritiesOf, hostName } from '../host.ts';
import { isForPrograms } from '../routes.ts';
import { ForeignForm, senderOf } from '../session/same-origin.ts';

/**
 * Keeps browsers that were led here by another name out (DNS rebinding): a page, and whatever comes with a cookie, is
 * asked for at `PUBLIC_URL`, at this machine, or at one of `ALLOWED_HOSTS`; and what changes something says of no other
 * site that it came from there. Programs that bring a key, and probes, may call by any name.
 */
export function knownHost() {
  return createMiddleware<Env>(async function knownHostMiddleware(c, next) {
    if (c.req.header('Cookie') === undefined && takesAnyHost(c.req.path)) return next();
    for (const authority of authoritiesOf(c)) {
      if (authority === null || !isKnown(c, hostName(authority))) throw unknownHost(c, authority);
    }
    if (!SAFE.has(c.req.method) && senderOf(c) === 'foreign') throw new ForeignForm();
    return next();
  });
}

/** What programs call, and what every page looks like: the refusal, too, is to be readable. */
function takesAnyHost(path: string): boolean {
  return isForPrograms(path) || /^\/(?:ui\/|favicon\.)/.test(path);
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What to do about a request by a name that this service does not have. */
function unknownHost(c: Http<Env>, authority: string | null): SparkgateError {
  const home = c.get('services').publicUrl();
  const named = authority === null ? null : JSON.stringify(authority.slice(0, 100));
  return new SparkgateError('misdirected_request', (say) =>
    named === null ? say.details.noOneHost(home) : say.details.unknownHost(named, home),
  );
}

function isKnown(c: Http<Env>, name: string | null): boolean {
  if (name === null) return false;
  const { publicUrl, settings } = c.get('services');
  return isLoopback(name) || name === hostName(new URL(publicUrl()).host) || settings.allowedHosts.includes(name);
}
