import { ask } from '../../../domain/authorize.ts';
import type { Html } from '../../ui/html.ts';
import { routes } from '../../routes.ts';
import type { ConsoleContext } from '../console/console-context.ts';
import { tabs } from '../requests/requests.ts';

type Part = 'may' | 'members' | 'about' | 'history';

/** The parts of an account, each a page of its own: those that the policies let the reader see. */
export async function accountParts(
  { ctx, locale, bcId }: ConsoleContext,
  id: string,
  current: Part,
): Promise<Awaited<Html>> {
  const { account: words } = locale.words.console;
  const may = async (action: string): Promise<boolean> => {
    const question = { action, resource: { type: 'tiktok_account', id }, properties: { bc_id: bcId } } as const;
    return (await ask(ctx, question, null)).decision;
  };
  const [members, history] = await Promise.all([may('view_assignments'), may('view_account_history')]);
  const parts: [Part, string, string, boolean][] = [
    ['may', words.mayShort, routes.tiktokAccount.show(bcId, id), true],
    ['members', words.access, routes.tiktokAccount.members(bcId, id), members],
    ['about', words.about, routes.tiktokAccount.about(bcId, id), true],
    ['history', words.historyShort, routes.tiktokAccount.history(bcId, id), history],
  ];
  const places = parts.filter(([, , , shown]) => shown);
  return tabs(
    words.parts,
    places.map(([part, label, href]) => ({ label, href, current: part === current })),
  );
}
