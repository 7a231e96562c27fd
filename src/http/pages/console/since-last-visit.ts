import { createHash } from 'node:crypto';
import type { Context as Http } from 'hono';
import { html } from 'hono/html';
import { z } from 'zod';
import { countChanges, MOST_COUNTED } from '../../../domain/audit/count-changes.ts';
import type { PageEnv } from '../../env.ts';
import { flowCookies } from '../../session/cookies.ts';
import type { Html } from '../../ui/html.ts';
import { notice } from '../../ui/notice.ts';
import { time } from '../../ui/time.ts';
import { routes, withQuery } from '../../routes.ts';
import type { ConsoleContext } from './console-context.ts';

/** What somebody has seen of a Business Center is kept in their browser, each in a cookie of its own, for 90 days. */
const visits = flowCookies('sparkgate_visit', { lasts: 90 * 86_400, most: 12 });

/** Whoever looks again after so long, in milliseconds, comes for another visit. */
const VISIT = 30 * 60_000;

const At = z.number().int().min(0).max(8.64e15);
const Seq = z.number().int().min(0);

/** Where in the trail this visit and the last look stand, and when the visit before and the last look were. */
const Visit = z.object({ since: Seq, ended: At.nullable(), seen: Seq, looked: At });
type Visit = z.infer<typeof Visit>;

/** How much others have changed since the reader's last visit; nothing at the first, and where the history is not theirs to see. */
export async function sinceLastVisit(c: Http<PageEnv>, context: ConsoleContext): Promise<Html> {
  const { ctx, bcId, locale, userId, may } = context;
  if (!may.viewHistory) return html``;
  const flow = createHash('sha256')
    .update(JSON.stringify([userId, bcId]))
    .digest('base64url')
    .slice(0, 16);
  const visit = visitOf(visits.read(c, flow));
  const { seq, count } = await countChanges(ctx, bcId, visit?.since ?? null);
  const now = { since: visit?.since ?? seq, ended: visit?.ended ?? null, seen: seq, looked: Date.now() };
  visits.write(c, flow, Buffer.from(JSON.stringify(now satisfies Visit)).toString('base64url'));
  if (count === 0 || now.ended === null) return html``;
  const at = new Date(now.ended).toISOString();
  const { visit: words } = locale.words.console.history;
  const written = `${locale.formats.number(count)}${count === MOST_COUNTED ? '+' : ''}`;
  const more = withQuery(routes.console.history(bcId), { from: at.slice(0, 10) });
  return notice(
    locale,
    'info',
    html`${words.changed(count, written)} <a href="${more}">${words.show}</a> <span class="hint">${words.last} ${time(locale, at)}</span>`,
  );
}

/** The visit that is under way; a new one where the last look is long ago. */
function visitOf(text: string | null): Visit | null {
  const { success, data } = Visit.safeParse(parsed(Buffer.from(text ?? '', 'base64url').toString('utf8')));
  if (!success) return null;
  return Date.now() - data.looked < VISIT ? data : { ...data, since: data.seen, ended: data.looked };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
