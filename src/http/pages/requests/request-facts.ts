import type { RequestRow } from '../../../domain/access-requests/find-requests.ts';
import { facts } from '../../ui/facts.ts';
import type { Html } from '../../ui/html.ts';
import { shownName } from '../../ui/name.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { countdown, time } from '../../ui/time.ts';
import { accountLines } from '../console/parts.ts';
import type { ConsoleContext } from '../console/console-context.ts';
import { userInLine } from '../../ui/user-names.ts';

/** What was requested, by whom and when. */
export function requestFacts(context: ConsoleContext, request: RequestRow): Html {
  const { locale } = context;
  const until = request.status === 'PENDING' ? countdown : time;
  const words = locale.words.console.requests;
  const { tiktok_account_id: id } = request;
  const target = id === null ? words.anyAccount : accountLines(locale, { ...request, tiktok_account_id: id });
  return facts([
    [words.scopes, scopeBadges(locale, request.scopes)],
    [words.target, target],
    ...(request.note === null ? [] : [[words.note, shownName(request.note)] as const]),
    [words.requestedBy, userInLine(context, request.requested_by)],
    [words.created, time(locale, request.created_at)],
    [words.expires, until(locale, request.expires_at)],
  ]);
}
