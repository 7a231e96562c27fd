import { ask } from '../../../domain/authorize.ts';
import { html } from 'hono/html';
import type { Html } from '../../ui/html.ts';
import { routes } from '../../routes.ts';
import type { ConsoleContext } from '../console/console-context.ts';
import { tabs } from '../requests/requests.ts';

type Part = 'about' | 'members' | 'history';

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
    ['about', words.overview, routes.tiktokAccount.show(bcId, id), true],
    ['members', words.access, routes.tiktokAccount.members(bcId, id), members],
    ['history', words.historyShort, routes.tiktokAccount.history(bcId, id), history],
  ];
  const places = parts.filter(([, , , shown]) => shown);
  if (places.length === 1) return html``;
  return tabs(
    words.parts,
    places.map(([part, label, href]) => ({ label, href, current: part === current })),
  );
}
