import type { Context as Http } from 'hono';
import type { Context } from '../../domain/context.ts';
import type { PageEnv } from '../env.ts';

/** The context of a verb for whoever is signed in at a page. */
export function contextOfPage(c: Http<PageEnv>): Context {
  return c.get('services').contextFor({ key: null, actor: c.get('signedIn').actor }, c.get('requestId'), c.get('life'));
}
