import { createHash, randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { z } from 'zod';
import { flowCookies } from './cookies.ts';
import type { PageEnv } from '../env.ts';

/** Each message is a cookie of its own, so that two tabs neither lose nor swap what they have to say. */
const messages = flowCookies('sparkgate_flash', { lasts: 60, most: 4 });

/** What was just done, to be said once on the page that follows. */
const Flash = z.object({ done: z.string().max(64), values: z.record(z.string(), z.string().max(256)) });
export type Flash = z.infer<typeof Flash>;

/** Goes on to a page of ours, which says what was just done. @param values at most two names of 256 characters */
export function redirectWithFlash(
  c: Context<PageEnv>,
  to: string,
  done: string,
  values: Record<string, string> = {},
): Response {
  const text = JSON.stringify({ done, values } satisfies Flash);
  messages.write(
    c,
    `${pageKey(to.replace(/[?#].*/s, ''))}-${randomUUID().slice(0, 8)}`,
    Buffer.from(text, 'utf8').toString('base64url'),
  );
  return c.redirect(to, 303);
}

/** What was done before this page was asked for, each once; nothing for a look that shows no page. */
export function readFlash(c: Context<PageEnv>): Flash[] {
  if (c.req.method !== 'GET') return [];
  const ours = `${pageKey(new URL(c.req.url).pathname)}-`;
  const said = new Map<string, Flash>();
  for (const [flow, value] of messages.all(c)) {
    if (!flow.startsWith(ours)) continue;
    messages.drop(c, flow);
    const text = Buffer.from(value, 'base64url').toString('utf8');
    const { success, data } = Flash.safeParse(parse(text));
    if (success) said.set(text, data);
  }
  return [...said.values()];
}

/** The page that a message is for, in the name of its cookie. */
function pageKey(path: string): string {
  return createHash('sha256').update(path).digest('base64url').slice(0, 16);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
