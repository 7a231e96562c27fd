import { Hono } from 'hono';
import { html } from 'hono/html';
import { ask } from '../../../domain/authorize.ts';
import { unassignAll } from '../../../domain/assignments/unassign-all.ts';
import { getMember, type MemberProfile } from '../../../domain/business-centers/get-member.ts';
import { dismissMember } from '../../../domain/business-centers/remove-member.ts';
import type { PageEnv } from '../../env.ts';
import { redirectWithFlash } from '../../session/flash.ts';
import { submitOnce } from '../../session/submit-once.ts';
import { facts } from '../../ui/facts.ts';
import type { Html } from '../../ui/html.ts';
import { checkedName, shownName } from '../../ui/name.ts';
import { day } from '../../ui/time.ts';
import { routes, withQuery } from '../../routes.ts';
import { idOf, listOf, loadConsole, show, type ConsoleContext } from '../console/console-context.ts';
import { confirmPage } from '../console/confirm-step.ts';
import { flashNotice } from '../console/flash-notice.ts';
import { sentForm, unlessSomebodyWasFaster } from '../console/form.ts';
import { oneOf } from '../console/numbered-list.ts';
import { actorName, heading } from '../console/parts.ts';
import { HELD, heldSection, linksSection, ROLES, rolesSection } from './holdings.ts';
import { REMOVE, stepOf, STEPS } from './member-steps.ts';

/** What one member holds, since when and by whom; and how it is taken away, one by one, all of it, or with the membership. */
export const member = new Hono<PageEnv>()
  .get(routes.console.member.pattern, async (c) => {
    const context = await loadConsole(c);
    const { ctx, bcId, locale } = context;
    const profile = await getMember(ctx, bcId, idOf(c, 'user_id'));
    const step = oneOf(STEPS, c.req.query('step'));
    const breadcrumb = [{ label: locale.words.console.membersPage.title, href: routes.console.members(bcId) }];
    if (step !== null) {
      const back = routes.console.member(bcId, profile.user_id);
      const asked = await stepOf(context, step, profile, c.get('signedIn'));
      const trail = [...breadcrumb, { label: profile.display_name ?? profile.user_id, href: back }];
      return confirmPage(c, context, 'members', { step: asked, back, breadcrumb: trail });
    }
    const may = await mayDo(context);
    const { user_id: userId } = profile;
    const [held, roles, links] = await Promise.all([
      heldSection(context, userId, listOf(c, HELD)),
      may.viewAdAccounts ? rolesSection(context, userId, listOf(c, ROLES)) : html``,
      linksSection(context, userId),
    ]);
    const body = html`${flashNotice(context)} ${top(context, profile)} ${held} ${roles} ${links}
      ${may.remove ? removal(context, userId) : ''}`;
    return show(c, context, 'members', { title: profile.display_name ?? userId, breadcrumb, body });
  })
  .post(routes.console.member.pattern, async (c) => {
    const [bcId, userId] = [idOf(c, 'bc_id'), idOf(c, 'user_id')];
    if ((await sentForm(c)).one('intent') === REMOVE) {
      await submitOnce(
        c,
        async (ctx) => unlessSomebodyWasFaster(async () => dismissMember(ctx, bcId, userId)),
        () => null,
      );
      return redirectWithFlash(c, routes.console.members(bcId), 'removed');
    }
    const { result: count, revision: undo } = await submitOnce(
      c,
      async (ctx) => unlessSomebodyWasFaster(async () => unassignAll(ctx, { bcId, userId })),
      (ended) => ended,
    );
    const done = count === 0 ? 'nothingChanged' : 'unassignedAll';
    return redirectWithFlash(c, routes.console.member(bcId, userId), done, { count: String(count), undo });
  });

async function mayDo({ ctx, bcId, may }: ConsoleContext): Promise<{ remove: boolean; viewAdAccounts: boolean }> {
  const question = { action: 'remove_member', resource: { type: 'business_center', id: bcId } } as const;
  return { remove: (await ask(ctx, question, null)).decision, viewAdAccounts: may.viewAdAccounts };
}

function top(context: ConsoleContext, profile: MemberProfile): Html {
  const { locale, userId } = context;
  const { memberPage: words, membersPage, roles, you } = locale.words.console;
  const name = checkedName(locale, profile.display_name ?? profile.user_id);
  return html`${heading(html`${name}${profile.user_id === userId ? html` <span class="badge">${you}</span>` : ''}`)}
    <section class="card" aria-label="${words.about}">
      ${facts([
        [words.name, profile.display_name === null ? words.nameUnknown : name],
        [words.id, shownName(profile.user_id)],
        [words.email, profile.email === null ? words.emailUnknown : shownName(profile.email)],
        [membersPage.role, roles[profile.user_role]],
        [words.since, day(locale, profile.since)],
        [words.by, actorName(context, profile.by)],
      ])}
    </section>`;
}

function removal({ locale, bcId }: ConsoleContext, userId: string): Html {
  const { memberPage: words } = locale.words.console;
  const page = routes.console.member(bcId, userId);
  return html`<p class="danger-zone">
    <a class="button danger-quiet" href="${withQuery(page, { step: REMOVE })}">${words.remove}</a>
  </p>`;
}
