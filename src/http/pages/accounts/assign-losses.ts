import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { html } from 'hono/html';
import { getAccount } from '../../../domain/account-grants/get-account.ts';
import { findAssignees } from '../../../domain/assignments/find-assignees.ts';
import type { Scope } from '../../../domain/vocabulary.ts';
import type { PageEnv } from '../../env.ts';
import { formFields } from '../../ui/fields.ts';
import { notice } from '../../ui/notice.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { table } from '../../ui/table.ts';
import { routes } from '../../routes.ts';
import { show, type ConsoleContext } from '../console/console-context.ts';
import { accountName, heading } from '../console/parts.ts';
import { userName } from '../../ui/user-names.ts';
import { trail } from './trail.ts';

/** A member who has scopes now that the new level leaves out. */
interface Loss {
  user_id: string;
  has: Scope[];
  loses: Scope[];
}

interface Choice {
  ticked: readonly string[];
  scopes: readonly Scope[];
}

/** Whom an assignment would take something away, since it replaces what each had. */
export async function lossesOf(
  { ctx, bcId }: ConsoleContext,
  tiktokAccountId: string,
  choice: Choice,
): Promise<Loss[]> {
  const which = { bcId, tiktokAccountId };
  const all = { limit: choice.ticked.length, text: null };
  const { items } = await findAssignees(ctx, which, choice.ticked, all);
  return items.flatMap(({ user_id, scopes: has }) => {
    const loses = has.filter((scope) => !choice.scopes.includes(scope));
    return loses.length === 0 ? [] : [{ user_id, has, loses }];
  });
}

/** Stands for exactly these losses: what was confirmed is asked again once it is something else. */
export function fingerprint(losing: readonly Loss[]): string {
  return createHash('sha256').update(JSON.stringify(losing)).digest('base64url');
}

/** Asks whether these members are really to lose what they have. */
export async function confirmLosses(
  c: Context<PageEnv>,
  context: ConsoleContext,
  { id, ticked, scopes, losing }: Choice & { id: string; losing: readonly Loss[] },
): Promise<Response> {
  const { locale, bcId } = context;
  const { assign: words, account: columns, revoke } = locale.words.console;
  const account = await getAccount(context.ctx, bcId, id);
  const body = html`${heading(words.losingTitle, { lead: words.replaces })}
    ${notice(locale, 'warning', words.losing(losing.length, locale.formats.number(losing.length)))}
    ${table(
      words.losingTitle,
      [
        { label: columns.member, main: true, cell: (row) => userName(context, row.user_id) },
        { label: words.hasNow, cell: (row) => scopeBadges(locale, row.has) },
        { label: revoke.loses, cell: (row) => scopeBadges(locale, row.loses) },
      ],
      losing,
    )}
    <form method="post" action="${routes.tiktokAccount.assign(bcId, id)}" class="actions">
      ${formFields(c.get('signedIn'))}
      <input type="hidden" name="confirmed" value="${fingerprint(losing)}" />
      ${ticked.map((member) => html`<input type="hidden" name="members" value="${member}" />`)}
      ${scopes.map((scope) => html`<input type="hidden" name="scopes" value="${scope}" />`)}
      <button class="secondary" name="intent" value="search">${words.losingNo}</button>
      <button class="danger">${words.losingYes}</button>
    </form>`;
  const breadcrumb = trail(context, { id, name: accountName(account) });
  return show(c, context, 'tiktokAccounts', { title: words.losingTitle, breadcrumb, body });
}
