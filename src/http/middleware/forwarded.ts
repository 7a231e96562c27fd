import type { Context as Http } from 'hono';
import type { DemoPerson, Env } from '../env.ts';

/** What proxies, tunnels and content networks add to a request that they pass on. */
const BY_PROXIES =
  /^(?:forwarded|via|cdn-loop|x-forwarded(?:-.+)?|x-original-.+|x-envoy-.+|cf-.+|(?:x-real|x-client|x-cluster-client|true-client|fastly-client)-ip)$/i;

/** Whether a proxy passed the request on, so that its sender may be anybody anywhere. */
export function isForwarded(c: Http<Env>): boolean {
  return Object.keys(c.req.header()).some((name) => BY_PROXIES.test(name));
}

/** Whom the demo's sign-in lets in by this request: nobody through a proxy. */
export function demoPeopleFor(c: Http<Env>): readonly DemoPerson[] {
  const people = c.get('services').demoPeople();
  return people.length === 0 || isForwarded(c) ? [] : people;
}
