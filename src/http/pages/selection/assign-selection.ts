import { Hono, type Context } from 'hono';
import { changeAssignments } from '../../../domain/assignments/change-assignments.ts';
import { findNamed, type Named } from '../../../domain/assignments/find-named.ts';
import { readSelection } from '../../../domain/assignments/read-selection.ts';
import { SparkgateError, type FieldError } from '../../../domain/errors.ts';
import { OutsideId } from '../../../domain/vocabulary.ts';
import type { PageEnv } from '../../env.ts';
import { redirectWithFlash } from '../../session/flash.ts';
import { submitOnce } from '../../session/submit-once.ts';
import { routes } from '../../routes.ts';
import { loadConsole, show, type ConsoleContext } from '../console/console-context.ts';
import { sentForm, tickedScopes, unlessSomebodyWasFaster, type Sent } from '../console/form.ts';
import { confirmPlan, type Intent } from './confirm-plan.ts';
import { assigning, planMark, unassigning, type Plan } from './plan.ts';
import { selectionForm, type Chosen } from './selection-form.ts';

/** So many of a kind can be chosen at once, and so many assignments be changed. */
const MOST_CHOSEN = 500;
const MOST_CHANGES = 1000;

/** R3: many members are assigned many accounts, or lose them, in one write, after a look at what that comes to. */
export const assignSelection = new Hono<PageEnv>()
  .get(routes.console.assign.pattern, async (c) => {
    const context = await loadConsole(c);
    return formPage(c, context, await chosenIn(context, { one: () => '', all: () => [] }));
  })
  .post(routes.console.assign.pattern, async (c) => {
    const context = await loadConsole(c);
    const sent = await sentForm(c);
    const chosen = await chosenIn(context, sent);
    const intent = intentOf(sent.one('intent'));
    if (intent === null) return formPage(c, context, chosen, chosen.errors.length > 0 ? 400 : 200);
    const plan = intent === 'assign' ? assigning(chosen.selection, chosen.scopes) : unassigning(chosen.selection);
    const errors = [...chosen.errors, ...complaints(context, chosen, { intent, plan })];
    if (errors.length > 0) return formPage(c, context, { ...chosen, errors }, 400);
    if (sent.one('confirmed') !== planMark(plan)) {
      return confirmPlan(c, context, { chosen, plan, intent });
    }
    return carryOut(c, context, { chosen, plan, intent });
  });

function intentOf(text: string): Intent | null {
  return text === 'assign' || text === 'unassign' ? text : null;
}

async function carryOut(
  c: Context<PageEnv>,
  context: ConsoleContext,
  { chosen, plan, intent }: { chosen: Chosen; plan: Plan; intent: Intent },
): Promise<Response> {
  const { bcId, locale } = context;
  try {
    const { result: count, revision } = await submitOnce(
      c,
      async (ctx) => unlessSomebodyWasFaster(async () => changeAssignments(ctx, bcId, plan.changes)),
      (changed) => changed,
    );
    const done = count === 0 ? 'nothingChanged' : intent === 'assign' ? 'changedMany' : 'endedMany';
    return redirectWithFlash(c, backFrom(context, chosen), done, { count: String(count), undo: revision });
  } catch (error) {
    const isGone = error instanceof SparkgateError && (error.code === 'forbidden' || error.code === 'conflict');
    if (!isGone) throw error;
    const gone = { pointer: 'members', message: locale.words.selection.errors.gone };
    return formPage(c, context, { ...chosen, errors: [gone] }, 409);
  }
}

/** The list that the selection was made in. */
function backFrom({ bcId }: ConsoleContext, { from, selection }: Chosen): string {
  const [only] = selection.accounts;
  if (from === 'access' && only) return routes.tiktokAccount.members(bcId, only.tiktok_account_id);
  return from === 'accounts' ? routes.console.tiktokAccounts(bcId) : routes.console.members(bcId);
}

/** What was sent: ticked, and written line by line. */
async function chosenIn(context: ConsoleContext, sent: Sent): Promise<Chosen> {
  const { ctx, bcId } = context;
  const lines = { members: linesIn(sent.one('more_members')), accounts: linesIn(sent.one('more_accounts')) };
  const named = await findNamed(ctx, bcId, lines);
  const chosen = {
    members: idsIn(sent.all('members'), named.members),
    accounts: idsIn(sent.all('accounts'), named.accounts),
  };
  const selection = await readSelection(ctx, bcId, chosen);
  const found = selection.members.length + selection.accounts.length;
  return {
    selection,
    scopes: tickedScopes(sent),
    from: sent.one('from'),
    typed: { members: leftOf(named.members), accounts: leftOf(named.accounts) },
    gone: chosen.members.length + chosen.accounts.length - found,
    errors: [
      ...misnamed(context, { field: 'members', named: named.members }),
      ...misnamed(context, { field: 'accounts', named: named.accounts }),
    ],
  };
}

function linesIn(text: string): string[] {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ''))].slice(0, MOST_CHOSEN);
}

function idsIn(ticked: readonly string[], named: readonly Named[]): string[] {
  const known = ticked.filter((id) => OutsideId.safeParse(id).success);
  const written = named.flatMap(({ ids }) => (ids.length === 1 ? ids : []));
  return [...new Set([...known, ...written])].slice(0, MOST_CHOSEN);
}

/** Lines that name nobody, or several, stay where they were written. */
function leftOf(named: readonly Named[]): string {
  return named
    .filter(({ ids }) => ids.length !== 1)
    .map(({ line }) => line)
    .join('\n');
}

function misnamed(
  { locale }: ConsoleContext,
  { field, named }: { field: string; named: readonly Named[] },
): FieldError[] {
  const { unknown, ambiguous } = locale.words.selection.errors;
  return named.flatMap(({ line, ids }) =>
    ids.length === 1 ? [] : [{ pointer: field, message: ids.length === 0 ? unknown(line) : ambiguous(line) }],
  );
}

function complaints(
  { locale }: ConsoleContext,
  { selection: { members, accounts }, scopes }: Chosen,
  { intent, plan }: { intent: Intent; plan: Plan },
): FieldError[] {
  const { errors: words } = locale.words.selection;
  const missing = [
    ...(members.length === 0 ? [{ pointer: 'members', message: words.nobody }] : []),
    ...(accounts.length === 0 ? [{ pointer: 'accounts', message: words.noAccounts }] : []),
    ...(intent === 'assign' && scopes.length === 0 ? [{ pointer: 'levels', message: words.noLevel }] : []),
  ];
  if (missing.length > 0) return missing;
  const nothing = intent === 'assign' ? words.nothingToGive : words.nothingHeld;
  if (plan.changes.length === 0) return [{ pointer: 'accounts', message: nothing }];
  if (plan.changes.length <= MOST_CHANGES) return [];
  return [{ pointer: 'members', message: words.many(locale.formats.number(MOST_CHANGES)) }];
}

async function formPage(
  c: Context<PageEnv>,
  context: ConsoleContext,
  chosen: Chosen,
  status: 200 | 400 | 409 = 200,
): Promise<Response> {
  const { title } = context.locale.words.selection;
  return show(
    c,
    context,
    'members',
    { title, body: selectionForm(context, chosen), scripts: ['selection.js'] },
    status,
  );
}
