import { Hono } from 'hono';
import { getAccount } from '../../domain/account-grants/get-account.ts';
import { assignMembers } from '../../domain/assignments/assign-members.ts';
import { findAssignees } from '../../domain/assignments/find-assignees.ts';
import { SparkgateError, type FieldError } from '../../domain/errors.ts';
import { FindQuery } from '../../domain/find-text.ts';
import { OutsideId, type Scope } from '../../domain/vocabulary.ts';
import type { PageEnv } from '../env.ts';
import { csrfField } from '../middleware/csrf-field.ts';
import { sameOrigin } from '../middleware/same-origin.ts';
import { sayNext } from '../ui/flash.ts';
import { urls } from '../ui/urls.ts';
import { trail } from './account.ts';
import { assignForm, type AssignForm } from './assign-form.ts';
import { enter, idOf, show, type Shell } from './enter.ts';
import { sentForm, tickedScopes, unlessSomebodyWasFaster, type Sent } from './form.ts';
import { accountName } from './parts.ts';

const PATH = '/console/:bc_id/tiktok-accounts/:id/assign';

/** People who can be ticked at once, which is more than one screen shows. */
const MOST_TICKED = 500;

/** R3: an administrator ticks members, chooses levels, and assigns them with one submit. */
export const assign = new Hono<PageEnv>()
  .get(PATH, async (c) => formPage(c, await enter(c), { text: c.req.query('q') ?? '', ticked: [], scopes: [] }))
  .post(PATH, sameOrigin(), csrfField(), async (c) => {
    const shell = await enter(c);
    const id = idOf(c, 'id');
    const sent = await sentForm(c);
    const entered = enteredIn(sent);
    if (sent.one('intent') !== 'assign') return formPage(c, shell, entered);
    const errors = complaints(shell, entered);
    if (errors.length > 0) return formPage(c, shell, { ...entered, errors }, 400);
    const { ticked, scopes } = entered;
    try {
      const assigning = { bcId: shell.bcId, tiktokAccountId: id, userIds: ticked, scopes };
      await unlessSomebodyWasFaster(async () => assignMembers(shell.ctx, assigning));
    } catch (error) {
      if (!(error instanceof SparkgateError) || error.code !== 'forbidden') throw error;
      const gone = { pointer: 'members', message: shell.reader.words.console.assign.gone };
      return formPage(c, shell, { ...entered, errors: [gone] }, 409);
    }
    sayNext(c, 'assigned', { count: String(ticked.length) });
    return c.redirect(urls.tiktokAccount.show(shell.bcId, id), 303);
  });

interface Entered {
  /** What the members are searched for. */
  text: string;
  cursor?: string | undefined;
  ticked: string[];
  scopes: Scope[];
  errors?: FieldError[];
}

/** `intent` is `assign`, or a search, or the place where the list of members goes on. */
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

function complaints({ reader }: Shell, { ticked, scopes }: Entered): FieldError[] {
  const words = reader.words.console.assign;
  return [
    ...(ticked.length === 0 ? [{ pointer: 'members', message: words.nobodyTicked }] : []),
    ...(scopes.length === 0 ? [{ pointer: 'levels', message: words.noLevel }] : []),
  ];
}

async function formPage(
  c: Parameters<typeof show>[0],
  shell: Shell,
  { text, cursor, ticked, scopes, errors = [] }: Entered,
  status: 200 | 400 | 409 = 200,
): Promise<Response> {
  const { ctx, bcId, reader } = shell;
  const id = idOf(c, 'id');
  const find = FindQuery.safeParse({ limit: 25, text, cursor });
  if (!find.success) throw new SparkgateError('invalid_request', 'This is no place in the list of members.');
  const account = await getAccount(ctx, bcId, id);
  const page = await findAssignees(ctx, { bcId, tiktokAccountId: id }, 'all', find.data);
  const form: AssignForm = { account, page, find: find.data, ticked, scopes, errors, signedIn: c.get('signedIn') };
  const breadcrumb = trail(shell, { id, name: accountName(account) });
  const { title } = reader.words.console.assign;
  return show(c, shell, 'tiktokAccounts', { title, breadcrumb, body: assignForm(shell, form) }, status);
}
