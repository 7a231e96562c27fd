import { isDeepStrictEqual } from 'node:util';
import { html } from 'hono/html';
import { findAdAccountMembers } from '../../../domain/ad-accounts/find-ad-account-members.ts';
import type { OwnAdAccount } from '../../../domain/ad-accounts/find-own-ad-accounts.ts';
import type { OwnRole } from '../../../domain/ad-accounts/list-own-roles.ts';
import { SparkgateError, type ReasonCode } from '../../../domain/errors.ts';
import type { Html } from '../../ui/html.ts';
import { shownName } from '../../ui/name.ts';
import type { ConsoleContext } from '../console/console-context.ts';
import { userInLine } from '../../ui/user-names.ts';
import type { Answer, RoleAnswer } from './may-i.ts';
import { remedyFor, type Content, type Remedies } from './remedies.ts';

/** A condition that is missing, with the ad accounts where it is, by the person's role in them. */
interface Missing {
  code: ReasonCode;
  where: readonly OwnRole[];
}

/** What is missing, for one kind of content or for both. */
export interface MissingGroup {
  label: string;
  content: Content;
  missing: readonly Missing[];
}

/** Who is named of the admins of an ad account. */
const ADMINS = 5;

/** What is missing for posts and for live videos; what is the same for both is said once. */
export function missingGroups(
  { locale }: ConsoleContext,
  roles: readonly RoleAnswer[],
  anywhere: Answer | null,
): MissingGroup[] {
  const { may } = locale.words.console;
  const posts = missingOf(roles, 'post', anywhere);
  const lives = missingOf(roles, 'live', null);
  const isIn = (all: readonly Missing[], one: Missing): boolean => all.some((it) => isDeepStrictEqual(it, one));
  const groups = [
    { label: may.both, content: 'both' as const, missing: posts.filter((one) => isIn(lives, one)) },
    { label: may.post, content: 'post' as const, missing: posts.filter((one) => !isIn(lives, one)) },
    { label: may.live, content: 'live' as const, missing: lives.filter((one) => !isIn(posts, one)) },
  ];
  return groups.filter(({ missing }) => missing.length > 0);
}

function missingOf(roles: readonly RoleAnswer[], kind: 'post' | 'live', anywhere: Answer | null): Missing[] {
  const denied = roles.filter((it) => !it[kind].allowed);
  const found = new Map<ReasonCode, OwnRole[]>();
  for (const it of denied) {
    for (const { code } of it[kind].missing) found.set(code, [...(found.get(code) ?? []), it.role]);
  }
  for (const { code } of anywhere?.missing ?? []) found.set(code, []);
  return [...found].map(([code, where]) => ({ code, where }));
}

/** Each missing condition, in which ad accounts, and what brings it about. `all` counts the roles of the person. */
export async function missingWithPlaces(
  context: ConsoleContext,
  { missing, content }: MissingGroup,
  { all, remedies }: { all: number; remedies: Remedies },
): Promise<Html> {
  const { may } = context.locale.words.console;
  const { colon } = context.locale.words.common;
  const lines = missing.map(async ({ code, where }) => {
    const [what, who] = may.reasons[code];
    const ofAdAccount = code === 'ADVERTISER_ROLE_INSUFFICIENT';
    const places =
      ofAdAccount || where.length < all
        ? await Promise.all(
            where.map(async (role) => placesOf(context, role, { withAdmins: ofAdAccount, content, remedies })),
          )
        : [];
    return html`<li>
      <strong>${what}</strong> ${ofAdAccount ? '' : html`<span class="who"><span class="visually-hidden">${may.whoHelps}${colon}</span>${who}</span>`}
      ${ofAdAccount ? '' : (remedyFor(context, remedies, { code, content }) ?? '')} ${places}
    </li>`;
  });
  return html`<ul class="missing">
    ${await Promise.all(lines)}
  </ul>`;
}

interface Helped {
  withAdmins: boolean;
  content: Content;
  remedies: Remedies;
}

async function placesOf(context: ConsoleContext, role: OwnRole, helped: Helped): Promise<Html> {
  const { may } = context.locale.words.console;
  const more = role.ad_accounts - role.first.length;
  const places = await Promise.all(role.first.map(async (it) => place(context, it, helped)));
  return html`<ul class="plain-list">
    ${places.map((it) => html`<li>${it}</li>`)}
    ${more > 0 ? html`<li class="hint">${may.moreAdAccounts(more, context.locale.formats.number(more))}</li>` : ''}
  </ul>`;
}

async function place(
  context: ConsoleContext,
  adAccount: OwnAdAccount,
  { withAdmins, content, remedies }: Helped,
): Promise<Html> {
  const { may } = context.locale.words.console;
  const name = html`${shownName(adAccount.name)} <span class="sub">${shownName(adAccount.advertiser_id)}</span>`;
  if (!withAdmins) return name;
  const admins = await adminsOf(context, adAccount);
  const who =
    admins.length === 0
      ? html`${may.anAdminOf}`
      : html`${may.adminsThere}${context.locale.words.common.colon}${admins.map((id, at) => html`${at > 0 ? ' · ' : ''}${userInLine(context, id)}`)}`;
  const remedy = remedyFor(context, remedies, { code: 'ADVERTISER_ROLE_INSUFFICIENT', content, adAccount });
  return html`${name} <span class="who"><span class="visually-hidden">${may.whoHelps}${context.locale.words.common.colon}</span>${who}</span> ${remedy ?? ''}`;
}

/** Whom the policies let this person see; nobody where they do not. */
async function adminsOf(
  { ctx, bcId, may }: ConsoleContext,
  { advertiser_id, of_this_center }: OwnAdAccount,
): Promise<string[]> {
  if (!may.viewAdAccounts || !of_this_center) return [];
  const which = { bcId, advertiserId: advertiser_id, role: 'ADMIN' } as const;
  try {
    const { items } = await findAdAccountMembers(ctx, which, { page: 1, limit: ADMINS, text: null });
    return items.map(({ user_id }) => user_id);
  } catch (error) {
    // It was taken away a moment ago, or the right to see it was.
    if (error instanceof SparkgateError && (error.code === 'not_found' || error.code === 'forbidden')) return [];
    throw error;
  }
}
