import { html } from 'hono/html';
import type { AccountDetails } from '../../../domain/account-grants/get-account.ts';
import { ask } from '../../../domain/authorize.ts';
import type { OwnAdAccount } from '../../../domain/ad-accounts/find-own-ad-accounts.ts';
import type { ReasonCode } from '../../../domain/errors.ts';
import { Scope } from '../../../domain/vocabulary.ts';
import type { Html } from '../../ui/html.ts';
import { atHandle, plainName } from '../../ui/name.ts';
import { inOrder } from '../../ui/scopes.ts';
import { routes, withQuery } from '../../routes.ts';
import type { ConsoleContext } from '../console/console-context.ts';
import { accountName, ownerOf } from '../console/parts.ts';
import { OF_ADMINISTRATORS, textToSend } from '../console/whom-to-ask.ts';

/** For which kind of content a condition is missing. */
export type Content = 'both' | 'post' | 'live';

/** What the person can do about what is missing, as the policies say, and on which account. */
export interface Remedies {
  account: AccountDetails;
  /** Origin of addresses that are sent on. */
  publicUrl: string;
  assign: boolean;
  setRole: boolean;
}

/** Asks the policies what the person may do about it themself. */
export async function remediesOf(
  { ctx, bcId, userId }: ConsoleContext,
  account: AccountDetails,
  publicUrl: string,
): Promise<Remedies> {
  const { tiktok_account_id: id, scopes } = account;
  const [assign, setRole] = await Promise.all([
    ask(
      ctx,
      {
        action: 'assign_member',
        resource: { type: 'tiktok_account', id },
        properties: { bc_id: bcId, user_id: userId, scopes },
      },
      null,
    ),
    ask(ctx, { action: 'set_advertiser_role', resource: { type: 'business_center', id: bcId } }, null),
  ]);
  return { account, publicUrl, assign: assign.decision, setRole: setRole.decision };
}

/** Where a condition is brought about. */
interface Step {
  label: string;
  href: string;
  may: boolean;
  /** What is asked of those who may. */
  asks: string;
}

const SCOPES: Readonly<Record<Content, readonly Scope[]>> = { both: Scope.options, post: ['POST'], live: ['LIVE'] };

/** What brings a condition about: a step of the person's own, or a text for those who can. Null where nobody here can. */
export function remedyFor(
  context: ConsoleContext,
  remedies: Remedies,
  missing: { code: ReasonCode; content: Content; adAccount?: OwnAdAccount },
): Html | null {
  const step = stepFor(context, remedies, missing);
  if (step === null) return null;
  const { locale } = context;
  if (step.may) return html`<a class="button secondary" href="${step.href}">${step.label}</a>`;
  return textToSend(locale, `${step.asks} ${new URL(step.href, remedies.publicUrl).href}`);
}

/** For who has no role in any ad account: the way to give themself one, or the text for those who can. */
export function noRole({ locale, bcId, center, userId }: ConsoleContext, { setRole, publicUrl }: Remedies): Html {
  const { may, remedies: words } = locale.words.console;
  const href = routes.console.adAccounts(bcId);
  if (setRole)
    return html`<p>${may.noAdAccounts}</p><p><a class="button secondary" href="${href}">${words.setMyRole}</a></p>`;
  const asks = words.askAnyRole(plainName(center.name), bcId, plainName(userId));
  return html`<p>${may.noAdAccounts} ${may.noAdAccountsHelp}</p>
    ${textToSend(locale, `${asks} ${new URL(href, publicUrl).href}`)}`;
}

/** Only its owner switches an account on again: who that is, and the text for them. */
export function switchedOff({ locale }: ConsoleContext, { account }: Remedies): Html {
  const { may, remedies: words } = locale.words.console;
  const asks = words.askOwner(plainName(account.handle === null ? accountName(account) : atHandle(account.handle)));
  return html`<p>${may.whoHelps}${locale.words.common.colon}${ownerOf(locale, account.handle)}</p>
    ${textToSend(locale, asks)}`;
}

/** Whether others have to bring a condition about that administrators can, since the person cannot. */
export function isForOthers({ may }: ConsoleContext, { assign, setRole }: Remedies, code: ReasonCode): boolean {
  switch (code) {
    case 'NO_ASSIGNMENT':
    case 'SCOPE_NOT_ASSIGNED':
      return !assign;
    case 'NO_GRANT':
    case 'GRANT_REVOKED':
    case 'SCOPE_NOT_GRANTED':
      return !may.request;
    case 'ADVERTISER_ROLE_INSUFFICIENT':
      return !setRole;
    default:
      return OF_ADMINISTRATORS.has(code);
  }
}

function stepFor(
  context: ConsoleContext,
  remedies: Remedies,
  { code, content, adAccount }: { code: ReasonCode; content: Content; adAccount?: OwnAdAccount },
): Step | null {
  const { locale, bcId, userId, may } = context;
  const { remedies: words } = locale.words.console;
  const { tiktok_account_id: id, scopes: granted } = remedies.account;
  const name = plainName(accountName(remedies.account));
  const wanted = SCOPES[content];
  const inWords = locale.formats.list(inOrder(wanted).map((scope) => locale.words.common.scopes[scope].name));
  switch (code) {
    case 'NO_ASSIGNMENT':
    case 'SCOPE_NOT_ASSIGNED': {
      // What no owner granted cannot be assigned yet: it can only be asked for, for afterwards.
      const isEarly = !wanted.some((scope) => granted.includes(scope));
      if (isEarly && remedies.assign) return null;
      const [label, text] =
        code === 'NO_ASSIGNMENT'
          ? [words.assignMyself, words.askAssign(name, id, plainName(userId))]
          : [words.changeMyLevel, words.askLevel(name, id, plainName(userId), inWords)];
      const href = routes.tiktokAccount.member(bcId, id, userId);
      return { label, href, may: remedies.assign, asks: isEarly ? words.onceGranted(text) : text };
    }
    case 'NO_GRANT':
    case 'GRANT_REVOKED':
    case 'SCOPE_NOT_GRANTED': {
      const query = new URLSearchParams(wanted.map((scope): [string, string] => ['scopes', scope]));
      query.set('tiktok_account_id', id);
      const href = `${routes.console.requestAccess(bcId)}?${query.toString()}`;
      return { label: words.request(inWords), href, may: may.request, asks: words.askRequest(name, id, inWords) };
    }
    case 'ADVERTISER_ROLE_INSUFFICIENT': {
      if (!adAccount?.of_this_center) return null;
      const page = routes.console.adAccountMember(bcId, adAccount.advertiser_id, userId);
      const asks = words.askRole(plainName(adAccount.name), adAccount.advertiser_id, plainName(userId));
      return { label: words.setMyRole, href: withQuery(page, { from: 'account' }), may: remedies.setRole, asks };
    }
    default:
      return null;
  }
}
