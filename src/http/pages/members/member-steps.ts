import { html } from 'hono/html';
import { findHoldings } from '../../../domain/assignments/find-holdings.ts';
import type { MemberProfile } from '../../../domain/business-centers/get-member.ts';
import type { SignedIn } from '../../env.ts';
import { formFields } from '../../ui/fields.ts';
import type { Html } from '../../ui/html.ts';
import { notice } from '../../ui/notice.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { table } from '../../ui/table.ts';
import { userInLine } from '../../ui/user-names.ts';
import { routes } from '../../routes.ts';
import type { Step } from '../console/confirm-step.ts';
import { ROWS_OF_SECTION, type ConsoleContext } from '../console/console-context.ts';
import { accountLines } from '../console/parts.ts';

/** Take away every account; take the member out of the Business Center. */
export const UNASSIGN_ALL = 'unassign-all';
export const REMOVE = 'remove';

export const STEPS = [UNASSIGN_ALL, REMOVE] as const;

/** Asks once more, and shows what would be lost. */
export async function stepOf(
  context: ConsoleContext,
  name: (typeof STEPS)[number],
  { user_id: userId }: MemberProfile,
  signedIn: SignedIn,
): Promise<Step> {
  const { locale, bcId } = context;
  const { memberPage: words } = locale.words.console;
  const [title, yes, keep, lead] =
    name === REMOVE
      ? [words.removeAsk, words.removeYes, words.removeNo, words.removeBody]
      : [words.allAsk, words.allYes, words.allNo, words.allBody];
  const page = routes.console.member(bcId, userId);
  return {
    id: name,
    label: yes,
    title,
    body: html`${userInLine(context, userId)} <span class="hint">${lead}</span>${await losses(context, userId)}`,
    keep,
    form: html`<form method="post" action="${page}">
      ${formFields(signedIn)}<button class="danger" name="intent" value="${name}">${yes}</button>
    </form>`,
    page,
  };
}

async function losses({ ctx, locale, bcId, userId: self }: ConsoleContext, userId: string): Promise<Html> {
  const { memberPage: words, account, revoke } = locale.words.console;
  const { items, total } = await findHoldings(ctx, { bcId, userId }, { text: null, limit: ROWS_OF_SECTION });
  const own = userId === self ? notice(locale, 'warning', words.yourself) : html``;
  if (total === 0) return html`${own}<p>${words.holdsNothing}</p>`;
  const number = (value: number): string => locale.formats.number(value);
  const more = total - items.length;
  return html`${own}
    <h2>${words.losing(total, number(total))}</h2>
    ${table(
      words.losing(total, number(total)),
      [
        { label: account.back, main: true, cell: (row) => accountLines(locale, row) },
        { label: revoke.loses, cell: (row) => scopeBadges(locale, row.scopes) },
      ],
      items,
    )}
    ${more > 0 ? html`<p class="hint">${words.more(more, number(more))}</p>` : ''}`;
}
