import { Hono } from 'hono';
import { html } from 'hono/html';
import { getAccount } from '../../../domain/account-grants/get-account.ts';
import { previewRevoke, type RevokePreview } from '../../../domain/account-grants/preview-revoke.ts';
import { revokeGrant } from '../../../domain/account-grants/revoke-grant.ts';
import type { PageEnv } from '../../env.ts';
import { formFields } from '../../ui/fields.ts';
import { redirectWithFlash } from '../../session/flash.ts';
import type { Html } from '../../ui/html.ts';
import { notice } from '../../ui/notice.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { submitOnce } from '../../session/submit-once.ts';
import { table } from '../../ui/table.ts';
import { routes } from '../../routes.ts';
import { trail } from './trail.ts';
import { loadConsole, idOf, show, type ConsoleContext } from '../console/console-context.ts';
import { unlessSomebodyWasFaster } from '../console/form.ts';
import { accountName, heading } from '../console/parts.ts';
import { userName } from '../../ui/user-names.ts';

/** R10: an administrator sees who would lose what, and revokes. */
export const revoke = new Hono<PageEnv>()
  .get(routes.tiktokAccount.revoke.pattern, async (c) => {
    const context = await loadConsole(c);
    const { ctx, bcId, locale } = context;
    const id = idOf(c, 'id');
    const preview = await unlessSomebodyWasFaster(async () => previewRevoke(ctx, bcId, id));
    const account = await getAccount(ctx, bcId, id);
    const words = locale.words.console.revoke;
    const body = html`${heading(words.title, { lead: words.lead })} ${losses(context, preview)}
      ${notice(locale, 'warning', words.pause)}
      <form method="post" action="${routes.tiktokAccount.revoke(bcId, id)}" class="actions">
        ${formFields(c.get('signedIn'))}
        <a class="button secondary" href="${routes.tiktokAccount.show(bcId, id)}">${words.no}</a>
        <button class="danger">${words.yes}</button>
      </form>`;
    const breadcrumb = trail(context, { id, name: accountName(account) });
    return show(c, context, 'tiktokAccounts', { title: words.title, breadcrumb, body });
  })
  .post(routes.tiktokAccount.revoke.pattern, async (c) => {
    const bcId = idOf(c, 'bc_id');
    const id = idOf(c, 'id');
    await submitOnce(
      c,
      async (ctx) => unlessSomebodyWasFaster(async () => revokeGrant(ctx, bcId, id)),
      () => null,
    );
    return redirectWithFlash(c, routes.tiktokAccount.show(bcId, id), 'revoked');
  });

function losses(context: ConsoleContext, { members, losing }: RevokePreview): Html {
  const { locale } = context;
  const words = locale.words.console.revoke;
  if (members === 0) return html`<p>${words.nobody}</p>`;
  const rest = members - losing.length;
  return html`<section class="card" aria-labelledby="losing">
    <h2 id="losing">${words.losing(members, locale.formats.number(members))}</h2>
    ${table(
      words.losing(members, locale.formats.number(members)),
      [
        {
          label: locale.words.console.account.member,
          main: true,
          cell: (row) => userName(context, row.user_id),
        },
        { label: words.loses, cell: (row) => scopeBadges(locale, row.scopes) },
      ],
      losing,
    )}
    ${rest === 0 ? '' : html`<p>${words.more(rest, locale.formats.number(rest))}</p>`}
    <p class="hint">${words.again} ${words.links}</p>
  </section>`;
}
