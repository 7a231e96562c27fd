import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { AssignmentView } from '../../../domain/assignments/assign.ts';
import type { ChosenAccount, Held, Selection } from '../../../domain/assignments/read-selection.ts';
import { sortedSet, type Scope } from '../../../domain/vocabulary.ts';

type Change = Omit<AssignmentView, 'bc_id'>;

/** What a member would have less of. */
export interface Loss extends Held {
  loses: Scope[];
}

/** What a choice comes to, once it is carried out. */
export interface Plan {
  changes: Change[];
  losing: Loss[];
  /** Changes that put another level in place of what a member has. */
  replacing: number;
  /** Accounts of which everybody gets something, with what that is. */
  given: ChosenAccount[];
  /** Accounts of which only a part of the chosen levels was granted, and of which none. */
  narrowed: ChosenAccount[];
  leftOut: ChosenAccount[];
}

/** Every member gets every account, each as far as its owner granted what was chosen. */
export function assigning({ members, accounts, held }: Selection, scopes: readonly Scope[]): Plan {
  const has = new Map(held.map((it) => [keyOf(it), it]));
  const given = accounts.map((account) => ({ account, scopes: scopes.filter((it) => account.scopes.includes(it)) }));
  const changes = given
    .filter((it) => it.scopes.length > 0)
    .flatMap(({ account: { tiktok_account_id }, scopes: some }) =>
      members.map((user_id) => ({ tiktok_account_id, user_id, scopes: some })),
    );
  const losing = changes.flatMap((change) => {
    const now = has.get(keyOf(change));
    const loses = now?.scopes.filter((scope) => !change.scopes.includes(scope)) ?? [];
    return now && loses.length > 0 ? [{ ...now, loses }] : [];
  });
  const replacing = changes.filter((change) => {
    const now = has.get(keyOf(change));
    return now !== undefined && !isDeepStrictEqual(sortedSet(now.scopes), sortedSet(change.scopes));
  }).length;
  const of = (isSo: (count: number) => boolean): ChosenAccount[] =>
    given.filter((it) => isSo(it.scopes.length)).map(({ account }) => account);
  const most = scopes.length;
  return {
    changes,
    losing,
    replacing,
    given: given.flatMap(({ account, scopes: some }) => (some.length > 0 ? [{ ...account, scopes: some }] : [])),
    narrowed: of((count) => count > 0 && count < most),
    leftOut: of((count) => count === 0),
  };
}

/** Every member loses every account, where they hold it. */
export function unassigning({ held }: Selection): Plan {
  return {
    changes: held.map((it) => ({ ...it, scopes: [] })),
    losing: held.map((it) => ({ ...it, loses: it.scopes })),
    replacing: held.length,
    given: [],
    narrowed: [],
    leftOut: [],
  };
}

/** Stands for exactly this plan: what was confirmed is asked again once it would be something else. */
export function planMark(plan: Plan): string {
  return createHash('sha256').update(JSON.stringify(plan)).digest('base64url');
}

function keyOf({ tiktok_account_id: account, user_id: user }: Pick<Held, 'tiktok_account_id' | 'user_id'>): string {
  return JSON.stringify([account, user]);
}
