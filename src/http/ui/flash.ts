import type { Context } from 'hono';
import { z } from 'zod';
import type { PageEnv } from '../env.ts';
import { drop, read, write } from '../sign-in/cookies.ts';

const COOKIE = 'sparkgate_flash';

/** What was just done, to be said once on the page that follows. */
const Flash = z.object({ done: z.string().max(64), values: z.record(z.string(), z.string().max(256)) });
export type Flash = z.infer<typeof Flash>;

/** Hands a message on to the next page of this browser. @param values at most two names of 256 characters */
export function sayNext(c: Context<PageEnv>, done: string, values: Record<string, string> = {}): void {
  const text = JSON.stringify({ done, values } satisfies Flash);
  write(c, COOKIE, Buffer.from(text, 'utf8').toString('base64url'), { maxAge: 60 });
}

/** What the page before handed on, once; null for nothing. */
export function heard(c: Context<PageEnv>): Flash | null {
  const cookie = read(c, COOKIE);
  if (cookie === null) return null;
  drop(c, COOKIE);
  const parsed = Flash.safeParse(parse(Buffer.from(cookie, 'base64url').toString('utf8')));
  return parsed.success ? parsed.data : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
