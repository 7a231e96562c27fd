import type { Context } from 'hono';
import type { PageEnv } from '../../env.ts';
import { loadConsole } from './console-context.ts';

const INSIDE = /^\/console\/([^/]+)\//;

/** Who is told that something went wrong waits no longer for what stands around it, in milliseconds. */
const PATIENCE = 1000;

/** Puts the frame of the reader's Business Center around an error inside of it, where no page has done so yet. */
export async function enterConsole(c: Context<PageEnv>): Promise<void> {
  const [, center] = INSIDE.exec(c.req.path) ?? [];
  const isSignedIn = (c.get('signedIn') as unknown) !== undefined;
  if (center === undefined || !isSignedIn || c.get('frame') !== undefined) return;
  const given = Promise.withResolvers<null>();
  const timer = setTimeout(() => given.resolve(null), PATIENCE);
  try {
    await Promise.race([loadConsole(c, decodeURIComponent(center)), given.promise]);
  } catch {
    // It is not theirs to be in, or cannot be told: then there is no frame either.
  } finally {
    clearTimeout(timer);
  }
}
