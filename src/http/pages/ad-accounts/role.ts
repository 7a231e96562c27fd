import { Hono } from 'hono';
import { html } from 'hono/html';
import { findAdAccountMembers } from '../../../domain/ad-accounts/find-ad-account-members.ts';
import { setAdvertiserRole } from '../../../domain/ad-accounts/set-advertiser-role.ts';
import { authorize } from '../../../domain/authorize.ts';
import { getMember } from '../../../domain/business-centers/get-member.ts';
import { SparkgateError } from '../../../domain/errors.ts';
import { AdvertiserRole } from '../../../domain/vocabulary.ts';
import type { PageEnv } from '../../env.ts';
import { redirectWithFlash } from '../../session/flash.ts';
import { submitOnce } from '../../session/submit-once.ts';
import { formFields } from '../../ui/fields.ts';
import type { Html } from '../../ui/html.ts';
import { shownName } from '../../ui/name.ts';
import { userName } from '../../ui/user-names.ts';
import { routes } from '../../routes.ts';
import { idOf, loadConsole, show, type ConsoleContext } from '../console/console-context.ts';
import { sentForm, unlessSomebodyWasFaster } from '../console/form.ts';
import { heading } from '../console/parts.ts';

/** What stands for no role in the form. */
const NONE = 'NONE' as const;
const CHOICES = [...AdvertiserRole.options, NONE] as const;

/** A member's role in an ad account of the Business Center: given, changed, or taken away. */
export const role = new Hono<PageEnv>()
  .get(routes.console.adAccountMember.pattern, async (c) => {
    const context = await loadConsole(c);
    const { ctx, bcId, locale } = context;
    const [id, userId] = [idOf(c, 'id'), idOf(c, 'user_id')];
    await authorize(ctx, { action: 'set_advertiser_role', resource: { type: 'business_center', id: bcId } }, null);
    const which = { bcId, advertiserId: id, role: null };
    const { items, name } = await findAdAccountMembers(ctx, which, { text: null, page: 1, limit: 1, userId });
    const current = items[0]?.advertiser_role ?? NONE;
    const words = locale.words.console.rolePage;
    const back = backFrom(context, c.req.query('from') ?? '', id, userId);
    const body = html`${heading(words.title, { lead: html`${shownName(name)} · ${words.lead}` })}
      <form method="post" action="${routes.console.adAccountMember(bcId, id, userId)}" class="card stack" data-keep>
        ${formFields(c.get('signedIn'))}<input type="hidden" name="from" value="${c.req.query('from') ?? ''}" />
        <p>${userName(context, userId)}</p>
        <fieldset>
          <legend>${locale.words.console.membersPage.role}</legend>
          <div class="choices">${CHOICES.map((it) => choice(context, it, current))}</div>
        </fieldset>
        <p class="actions">
          <a class="button secondary" href="${back}">${locale.words.common.cancel}</a>
          <button>${locale.words.console.member.save}</button>
        </p>
      </form>`;
    const breadcrumb = [
      { label: locale.words.console.adAccountsPage.title, href: routes.console.adAccounts(bcId) },
      { label: name, href: routes.console.adAccount(bcId, id) },
    ];
    return show(c, context, 'adAccounts', { title: words.title, breadcrumb, body });
  })
  .post(routes.console.adAccountMember.pattern, async (c) => {
    const context = await loadConsole(c);
    const sent = await sentForm(c);
    const chosen = sent.one('role');
    const asked = AdvertiserRole.safeParse(chosen);
    if (!asked.success && chosen !== NONE) throw new SparkgateError('invalid_request', 'This is no role.');
    const [advertiserId, userId] = [idOf(c, 'id'), idOf(c, 'user_id')];
    const which = { bcId: context.bcId, advertiserId, userId, role: asked.data ?? null };
    const { revision } = await submitOnce(
      c,
      async (ctx) => unlessSomebodyWasFaster(async () => setAdvertiserRole(ctx, which)),
      () => null,
    );
    const back = backFrom(context, sent.one('from'), advertiserId, userId);
    const isUndoable = which.role !== null || (await isMember(context, userId));
    return redirectWithFlash(c, back, 'roleSet', isUndoable ? { undo: revision } : {});
  });

/** Who is no member can be given no role again. */
async function isMember({ ctx, bcId }: ConsoleContext, userId: string): Promise<boolean> {
  try {
    await getMember(ctx, bcId, userId);
    return true;
  } catch (error) {
    if (error instanceof SparkgateError && error.code === 'not_found') return false;
    throw error;
  }
}

/** The page that led here: the member's, or else the ad account's. */
function backFrom({ bcId }: ConsoleContext, from: string, advertiserId: string, userId: string): string {
  return from === 'member' ? routes.console.member(bcId, userId) : routes.console.adAccount(bcId, advertiserId);
}

function choice({ locale }: ConsoleContext, value: AdvertiserRole | typeof NONE, current: string): Html {
  const { rolePage: words, advertiserRoles } = locale.words.console;
  const [label, hint] = value === NONE ? [words.none, words.noneHint] : [advertiserRoles[value], words.hints[value]];
  return html`<label class="choice">
    <input type="radio" name="role" value="${value}"${value === current ? html` checked` : ''} />
    <span>${label} <span class="hint">${hint}</span></span>
  </label>`;
}
