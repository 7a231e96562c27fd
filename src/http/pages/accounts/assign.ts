import { Hono } from 'hono';
import { getAccount } from '../../../domain/account-grants/get-account.ts';
import { changeAssignments } from '../../../domain/assignments/change-assignments.ts';
import { findAssignees } from '../../../domain/assignments/find-assignees.ts';
import { SparkgateError, type FieldError } from '../../../domain/errors.ts';
import { FindQuery } from '../../../domain/find-text.ts';
import { OutsideId, type Scope } from '../../../domain/vocabulary.ts';
import type { PageEnv } from '../../env.ts';
import { redirectWithFlash } from '../../session/flash.ts';
import { submitOnce } from '../../session/submit-once.ts';
import { routes } from '../../routes.ts';
import { trail } from './trail.ts';
import { assignForm } from './assign-form.ts';
import { confirmLosses, fingerprint, lossesOf } from './assign-losses.ts';
import { loadConsole, idOf, show, type ConsoleContext } from '../console/console-context.ts';
import { sentForm, tickedScopes, unlessSomebodyWasFaster, type Sent } from '../console/form.ts';
import { accountName } from '../console/parts.ts';

/** People who can be ticked at once, which is more than one screen shows. */
const MOST_TICKED = 500;

/** What only looks for members. */
const SEARCHES = /^(?:search$|next:)/;

/** R3: an administrator ticks members, chooses levels, and assigns them with one submit. */
export const assign = new Hono<PageEnv>()
  .get(routes.tiktokAccount.assign.pattern, async (c) =>
    formPage(c, await loadConsole(c), { text: c.req.query('q') ?? '', ticked: [], scopes: [] }),
  )
  .post(routes.tiktokAccount.assign.pattern, async (c) => {
    const context = await loadConsole(c);
    const id = idOf(c, 'id');
    const sent = await sentForm(c);
    const entered = enteredIn(sent);
    if (SEARCHES.test(sent.one('intent'))) return formPage(c, context, entered);
    const errors = complaints(context, entered);
    if (errors.length > 0) return formPage(c, context, { ...entered, errors }, 400);
    const { ticked, scopes } = entered;
    const losing = await unlessSomebodyWasFaster(async () => lossesOf(context, id, entered));
    if (losing.length > 0 && sent.one('confirmed') !== fingerprint(losing)) {
      return confirmLosses(c, context, { id, ticked, scopes, losing });
    }
    try {
      const changes = ticked.map((user_id) => ({ tiktok_account_id: id, user_id, scopes }));
      const { revision } = await submitOnce(
        c,
        async (ctx) => unlessSomebodyWasFaster(async () => changeAssignments(ctx, context.bcId, changes)),
        () => null,
      );
      const said = { count: String(ticked.length), undo: revision };
      return redirectWithFlash(c, routes.tiktokAccount.members(context.bcId, id), 'assigned', said);
    } catch (error) {
      if (!(error instanceof SparkgateError) || error.code !== 'forbidden') throw error;
      const gone = { pointer: 'members', message: context.locale.words.console.assign.gone };
      return formPage(c, context, { ...entered, errors: [gone] }, 409);
    }
  });

interface Entered {
  /** What the members are searched for. */
  text: string;
  cursor?: string | undefined;
  ticked: string[];
  scopes: Scope[];
  errors?: FieldError[];
}

/** What was filled in; where the list of members goes on is part of the intent. */
function enteredIn(sent: Sent): Entered {
  const ticked = sent.all('members').filter((id) => OutsideId.safeParse(id).success);
  const cursor = /^next:(.*)$/s.exec(sent.one('intent'))?.[1];
  return {
    text: sent.one('q'),
    cursor,
    ticked: [...new Set(ticked)].slice(0, MOST_TICKED),
    scopes: tickedScopes(sent),
  };
}

function complaints({ locale }: ConsoleContext, { ticked, scopes }: Entered): FieldError[] {
  const words = locale.words.console.assign;
  return [
    ...(ticked.length === 0 ? [{ pointer: 'members', message: words.nobodyTicked }] : []),
    ...(scopes.length === 0 ? [{ pointer: 'levels', message: words.noLevel }] : []),
  ];
}

async function formPage(
  c: Parameters<typeof show>[0],
  context: ConsoleContext,
  { text, cursor, ticked, scopes, errors = [] }: Entered,
  status: 200 | 400 | 409 = 200,
): Promise<Response> {
  const { ctx, bcId, locale } = context;
  const id = idOf(c, 'id');
  const find = FindQuery.safeParse({ limit: 25, text, cursor });
  if (!find.success) throw new SparkgateError('invalid_request', 'This is no place in the list of members.');
  const account = await getAccount(ctx, bcId, id);
  const which = { bcId, tiktokAccountId: id };
  const [page, known] = await Promise.all([
    findAssignees(ctx, which, null, find.data),
    findAssignees(ctx, which, ticked, { limit: MOST_TICKED, text: null }),
  ]);
  const parts = { account, page, find: find.data, ticked, tickedNow: known.items, scopes, errors };
  const breadcrumb = trail(context, { id, name: accountName(account) });
  const { title } = locale.words.console.assign;
  const body = assignForm(context, { ...parts, signedIn: c.get('signedIn') });
  return show(c, context, 'tiktokAccounts', { title, breadcrumb, body }, status);
}
