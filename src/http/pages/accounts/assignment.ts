import { Hono, type Context } from 'hono';
import { html } from 'hono/html';
import { getAccount } from '../../../domain/account-grants/get-account.ts';
import { assign } from '../../../domain/assignments/assign.ts';
import { findAssignees, type Assignee } from '../../../domain/assignments/find-assignees.ts';
import { unassign } from '../../../domain/assignments/unassign.ts';
import { SparkgateError, type FieldError } from '../../../domain/errors.ts';
import type { Scope } from '../../../domain/vocabulary.ts';
import type { PageEnv } from '../../env.ts';
import { errorSummary, formFields } from '../../ui/fields.ts';
import type { Html } from '../../ui/html.ts';
import { redirectWithFlash } from '../../session/flash.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { submitOnce } from '../../session/submit-once.ts';
import { routes, withQuery } from '../../routes.ts';
import { trail } from './trail.ts';
import { confirmPage, confirmStep, type Step } from '../console/confirm-step.ts';
import { loadConsole, idOf, show, type ConsoleContext } from '../console/console-context.ts';
import { sentForm, tickedScopes, unlessSomebodyWasFaster } from '../console/form.ts';
import { oneOf } from '../console/numbered-list.ts';
import { accountName, heading, scopeBoxes } from '../console/parts.ts';
import { userInLine, userName } from '../../ui/user-names.ts';

/** Names what a form does, and the page that asks whether it really is to be done. */
const UNASSIGN = 'unassign';
const FROM_MEMBER = 'member';

/** R3: one member's access to one account: changed, or taken away. */
export const assignment = new Hono<PageEnv>()
  .get(routes.tiktokAccount.member.pattern, async (c) => {
    const context = await loadConsole(c);
    const assignee = await assigneeOf(context, idOf(c, 'id'), idOf(c, 'user_id'));
    if (oneOf([UNASSIGN], c.req.query('step')) !== null) return unassignPage(c, context, assignee);
    return formPage(c, context, { assignee, ticked: assignee.scopes, errors: [] });
  })
  .post(routes.tiktokAccount.member.pattern, async (c) => {
    const context = await loadConsole(c);
    const [id, userId] = [idOf(c, 'id'), idOf(c, 'user_id')];
    const sent = await sentForm(c);
    if (sent.one('intent') === UNASSIGN) {
      const which = { bcId: context.bcId, tiktokAccountId: id, userId };
      const { revision: undo } = await submitOnce(
        c,
        async (ctx) => unlessSomebodyWasFaster(async () => unassign(ctx, which)),
        () => null,
      );
      return redirectWithFlash(c, backFrom(context, sent.one('from'), id, userId), 'unassigned', { undo });
    }
    const scopes = tickedScopes(sent);
    if (scopes.length === 0) {
      const assignee = await assigneeOf(context, id, userId);
      const errors = [{ pointer: 'levels', message: context.locale.words.console.member.noLevel }];
      return formPage(c, context, { assignee, ticked: [], errors }, 400);
    }
    const view = { bc_id: context.bcId, tiktok_account_id: id, user_id: userId, scopes };
    const { revision: undo } = await submitOnce(
      c,
      async (ctx) => unlessSomebodyWasFaster(async () => assign(ctx, view)),
      () => null,
    );
    return redirectWithFlash(c, backFrom(context, sent.one('from'), id, userId), 'changed', { undo });
  });

/** The page that led here: the account's, or the member's. */
function backFrom({ bcId }: ConsoleContext, from: string, id: string, userId: string): string {
  return from === FROM_MEMBER ? routes.console.member(bcId, userId) : routes.tiktokAccount.members(bcId, id);
}

/** Remembers the page that led here. */
function fromField(c: Context<PageEnv>): Html {
  return c.req.query('from') === FROM_MEMBER
    ? html`<input type="hidden" name="from" value="${FROM_MEMBER}" />`
    : html``;
}

/** @throws SparkgateError `not_found` for whoever is no member (any more) */
async function assigneeOf({ ctx, bcId }: ConsoleContext, tiktokAccountId: string, userId: string): Promise<Assignee> {
  const { items } = await findAssignees(ctx, { bcId, tiktokAccountId }, [userId], { limit: 1, text: null });
  const [found] = items;
  if (!found) throw new SparkgateError('not_found', 'There is no such member in this Business Center.');
  return found;
}

async function formPage(
  c: Parameters<typeof show>[0],
  context: ConsoleContext,
  { assignee, ticked, errors }: { assignee: Assignee; ticked: readonly Scope[]; errors: readonly FieldError[] },
  status: 200 | 400 = 200,
): Promise<Response> {
  const { ctx, bcId, locale } = context;
  const id = idOf(c, 'id');
  const account = await getAccount(ctx, bcId, id);
  const words = locale.words.console.member;
  const action = routes.tiktokAccount.member(bcId, id, assignee.user_id);
  const body = html`${heading(words.title, { lead: userName(context, assignee.user_id) })}
    ${errorSummary(locale, { errors })}
    <form method="post" action="${action}" class="card stack" data-keep>
      ${formFields(c.get('signedIn'))} ${fromField(c)}
      <fieldset id="levels">
        <legend>${words.levels}</legend>
        ${scopeBoxes(locale, { offered: account.scopes, ticked })}
      </fieldset>
      <p class="actions">
        <a class="button secondary" href="${backFrom(context, c.req.query('from') ?? '', id, assignee.user_id)}">${locale.words.common.cancel}</a>
        <button name="intent" value="change">${words.save}</button>
      </p>
    </form>
    <section class="card" aria-labelledby="unassign">
      <h2 id="unassign">${words.unassignTitle}</h2>
      <p>${assignee.scopes.length === 0 ? words.none : words.unassignBody}</p>
      ${assignee.scopes.length === 0 ? '' : confirmStep(unassignStep(c, context, assignee))}
    </section>`;
  const breadcrumb = trail(context, { id, name: accountName(account) });
  return show(c, context, 'tiktokAccounts', { title: words.title, breadcrumb, body }, status);
}

function unassignStep(c: Context<PageEnv>, context: ConsoleContext, assignee: Assignee): Step {
  const id = idOf(c, 'id');
  const { locale, bcId } = context;
  const words = locale.words.console.member;
  const path = routes.tiktokAccount.member(bcId, id, assignee.user_id);
  return {
    id: 'unassign-now',
    label: words.unassign,
    title: words.unassignAsk,
    body: html`${userInLine(context, assignee.user_id)} ${scopeBadges(locale, assignee.scopes)} ${words.unassignBody}`,
    keep: words.unassignNo,
    form: html`<form method="post" action="${path}">
      ${formFields(c.get('signedIn'))}${fromField(c)}<button class="danger" name="intent" value="${UNASSIGN}">${words.unassignYes}</button>
    </form>`,
    page: withQuery(path, { step: UNASSIGN }),
  };
}

async function unassignPage(c: Context<PageEnv>, context: ConsoleContext, assignee: Assignee): Promise<Response> {
  const id = idOf(c, 'id');
  const account = await getAccount(context.ctx, context.bcId, id);
  const from = c.req.query('from') ?? '';
  const back =
    from === FROM_MEMBER
      ? backFrom(context, from, id, assignee.user_id)
      : routes.tiktokAccount.member(context.bcId, id, assignee.user_id);
  if (assignee.scopes.length === 0) return c.redirect(back, 303);
  const breadcrumb = trail(context, { id, name: accountName(account) });
  const step = unassignStep(c, context, assignee);
  return confirmPage(c, context, 'tiktokAccounts', { step, back, breadcrumb });
}
