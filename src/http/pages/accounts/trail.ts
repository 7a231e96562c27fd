import type { Place } from '../../ui/place.ts';
import { routes } from '../../routes.ts';
import type { ConsoleContext } from '../console/console-context.ts';

/** The way back to the list of TikTok accounts, and to one of them. */
export function trail({ locale, bcId }: ConsoleContext, account?: { id: string; name: string }): Place[] {
  const list = { label: locale.words.console.account.back, href: routes.console.tiktokAccounts(bcId) };
  return account ? [list, { label: account.name, href: routes.tiktokAccount.show(bcId, account.id) }] : [list];
}
