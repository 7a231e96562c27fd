import { Hono, type Context } from 'hono';
import { html } from 'hono/html';
import { getAccount } from '../../../domain/account-grants/get-account.ts';
import { assign } from '../../../domain/assignments/assign.ts';
import { findAssignees, type Assignee } from '../../../domain/assignments/find-assignees.ts';
import { unassign } from '../../../domain/assignments/unassign.ts';
import { SparkgateError, type FieldError } from '../../../domain/errors.ts';
import type { Scope } from '../../../domain/vocabulary.ts';
import type { PageEnv, SignedIn } from '../../env.ts';
import { csrfField } from '../../session/csrf-field.ts';
import { sameOrigin } from '../../session/same-origin.ts';
import { errorSummary, formFields } from '../../ui/fields.ts';
import { goOnSaying } from '../../session/flash.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { submitOnce } from '../../session/submit-once.ts';
import { urls, withQuery } from '../../ui/urls.ts';
import { trail } from './trail.ts';
import { confirmPage, confirmStep, type Step } from '../console/confirm-step.ts';
import { enter, idOf, show, type Shell } from '../console/console-context.ts';
import { sentForm, tickedScopes, unlessSomebodyWasFaster } from '../console/form.ts';
import { accountName, heading, scopeBoxes, userName } from '../console/parts.ts';

const PATH = '/console/:bc_id/tiktok-accounts/:id/members/:user_id';

/** Names what a form does, and the page that asks whether it really is to be done. */
const UNASSIGN = 'unassign';

/** R3: one member's access to one account: changed, or taken away. */
export const member = new Hono<PageEnv>()
  .get(PATH, async (c) => {
    const shell = await enter(c);
    const assignee = await assigneeOf(shell, idOf(c, 'id'), idOf(c, 'user_id'));
    if (c.req.query('step') === UNASSIGN) return unassignPage(c, shell, assignee);
    return formPage(c, shell, { assignee, ticked: assignee.scopes, errors: [] });
  })
  .post(PATH, sameOrigin(), csrfField(), async (c) => {
    const shell = await enter(c);
    const [id, userId] = [idOf(c, 'id'), idOf(c, 'user_id')];
    const sent = await sentForm(c);
    if (sent.one('intent') === UNASSIGN) {
      const which = { bcId: shell.bcId, tiktokAccountId: id, userId };
      await submitOnce(
        c,
        async (ctx) => unlessSomebodyWasFaster(async () => unassign(ctx, which)),
        () => null,
      );
      return goOnSaying(c, urls.tiktokAccount.show(shell.bcId, id), 'unassigned');
    }
    const scopes = tickedScopes(sent);
    if (scopes.length === 0) {
      const assignee = await assigneeOf(shell, id, userId);
      const errors = [{ pointer: 'levels', message: shell.reader.words.console.member.noLevel }];
      return formPage(c, shell, { assignee, ticked: [], errors }, 400);
    }
    const view = { bc_id: shell.bcId, tiktok_account_id: id, user_id: userId, scopes };
    await submitOnce(
      c,
      async (ctx) => unlessSomebodyWasFaster(async () => assign(ctx, view)),
      () => null,
    );
    return goOnSaying(c, urls.tiktokAccount.show(shell.bcId, id), 'changed');
  });

/** @throws SparkgateError `not_found` for whoever is no member (any more) */
async function assigneeOf({ ctx, bcId }: Shell, tiktokAccountId: string, userId: string): Promise<Assignee> {
  const { items } = await findAssignees(
    ctx,
    { bcId, tiktokAccountId },
    { userIds: [userId] },
    { limit: 1, text: null },
  );
  const [found] = items;
  if (!found) throw new SparkgateError('not_found', 'There is no such member in this Business Center.');
  return found;
}

async function formPage(
  c: Parameters<typeof show>[0],
  shell: Shell,
  { assignee, ticked, errors }: { assignee: Assignee; ticked: readonly Scope[]; errors: readonly FieldError[] },
  status: 200 | 400 = 200,
): Promise<Response> {
  const { ctx, bcId, reader, userId } = shell;
  const id = idOf(c, 'id');
  const account = await getAccount(ctx, bcId, id);
  const words = reader.words.console.member;
  const action = urls.tiktokAccount.member(bcId, id, assignee.user_id);
  const body = html`${heading(words.title, { lead: userName(reader, assignee.user_id, userId) })}
    ${errorSummary(reader, { errors })}
    <form method="post" action="${action}" class="card stack">
      ${formFields(c.get('signedIn'))}
      <fieldset id="levels">
        <legend>${words.levels}</legend>
        ${scopeBoxes(reader, { offered: account.scopes, ticked })}
      </fieldset>
      <p class="actions">
        <button name="intent" value="change">${words.save}</button>
        <a class="button secondary" href="${urls.tiktokAccount.show(bcId, id)}">${reader.words.common.cancel}</a>
      </p>
    </form>
    <section class="card" aria-labelledby="unassign">
      <h2 id="unassign">${words.unassignTitle}</h2>
      <p>${assignee.scopes.length === 0 ? words.none : words.unassignBody}</p>
      ${assignee.scopes.length === 0 ? '' : confirmStep(unassignStep(shell, id, assignee, c.get('signedIn')))}
    </section>`;
  const breadcrumb = trail(shell, { id, name: accountName(account) });
  return show(c, shell, 'tiktokAccounts', { title: words.title, breadcrumb, body }, status);
}

function unassignStep({ reader, bcId, userId }: Shell, id: string, assignee: Assignee, signedIn: SignedIn): Step {
  const words = reader.words.console.member;
  const path = urls.tiktokAccount.member(bcId, id, assignee.user_id);
  return {
    id: 'unassign-now',
    label: words.unassign,
    title: words.unassignAsk,
    body: html`${userName(reader, assignee.user_id, userId)} ${scopeBadges(reader, assignee.scopes)} ${words.unassignBody}`,
    keep: words.unassignNo,
    form: html`<form method="post" action="${path}">
      ${formFields(signedIn)}<button class="danger" name="intent" value="${UNASSIGN}">${words.unassignYes}</button>
    </form>`,
    page: withQuery(path, { step: UNASSIGN }),
  };
}

async function unassignPage(c: Context<PageEnv>, shell: Shell, assignee: Assignee): Promise<Response> {
  const id = idOf(c, 'id');
  const account = await getAccount(shell.ctx, shell.bcId, id);
  const back = urls.tiktokAccount.member(shell.bcId, id, assignee.user_id);
  if (assignee.scopes.length === 0) return c.redirect(back, 303);
  const breadcrumb = trail(shell, { id, name: accountName(account) });
  const step = unassignStep(shell, id, assignee, c.get('signedIn'));
  return confirmPage(c, shell, 'tiktokAccounts', { step, back, breadcrumb });
}
