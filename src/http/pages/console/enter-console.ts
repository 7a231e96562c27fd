import type { Context } from 'hono';
import type { PageEnv } from '../../env.ts';
import { loadConsole } from './console-context.ts';

const INSIDE = /^\/console\/([^/]+)\//;

/** Puts the frame of the reader's Business Center around what is answered at an address in it where nothing is. */
export async function enterConsole(c: Context<PageEnv>): Promise<void> {
  const [, center] = INSIDE.exec(c.req.path) ?? [];
  if (center === undefined || (c.get('signedIn') as unknown) === undefined) return;
  try {
    await loadConsole(c, decodeURIComponent(center));
  } catch {
    // It is not theirs to be in, or cannot be told: then there is no frame either.
  }
}
