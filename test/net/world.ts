/** Numbers that are the same in every run. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number below `sides` (mulberry32). */
  roll(sides: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  }

  one<Item>(items: readonly Item[]): Item {
    return items[this.roll(items.length)]!;
  }

  /** Each item with a chance of one in `sides`. */
  some<Item>(items: readonly Item[], sides = 2): Item[] {
    return items.filter(() => this.roll(sides) === 0);
  }
}

const numbered = (count: number, prefix: string): string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

/** The demo's people are in it, so that the demo's sign-in shows it. Some ids need to be encoded. */
export const WORLD = {
  centers: ['bc1', 'bc2', ...numbered(5, 'c'), '华/北'],
  users: ['adm', 'sam', 'lee', 'ext', 'rita', ...numbered(18, 'u'), 'a:b c', 'Ünal', 'SAM'],
  accounts: ['brand', 'other', ...numbered(15, 't'), 'x?y#z'],
  adAccounts: ['adv1', 'adv9', ...numbered(9, 'ad'), '7%'],
} as const;

export const SCOPES = ['LIVE', 'POST'] as const;

/** The facts of the random world, as lines of an import into a service that has the demo. */
export function* facts(dice: Dice): Generator<object> {
  const { centers, users, accounts, adAccounts } = WORLD;
  const scopes = (): string[] => dice.one([['POST'], ['LIVE'], ['LIVE', 'POST']]);
  for (const bc_id of centers) yield { type: 'business_center', bc_id, name: `Center ${bc_id}` };
  for (const [n, id] of accounts.entries()) {
    yield { type: 'tiktok_account', id, handle: `@${n}`, ad_authorization: dice.one([true, true, false, null]) };
  }
  for (const advertiser_id of adAccounts) {
    const bc_id = advertiser_id === 'adv1' ? 'bc1' : dice.one([...centers, null]);
    yield { type: 'ad_account', advertiser_id, name: `Ads ${advertiser_id}`, bc_id };
    for (const user_id of dice.some(users, 3)) {
      const advertiser_role = dice.one(['ADMIN', 'OPERATOR', 'ANALYST']);
      yield { type: 'ad_account_member', advertiser_id, user_id, advertiser_role };
    }
  }
  for (const user_id of dice.some(users, 2)) {
    yield { type: 'account_link', tiktok_account_id: dice.one(accounts), user_id, scopes: scopes() };
  }
  for (const bc_id of centers) {
    const fixed = bc_id === 'bc1' ? ['adm', 'sam'] : [];
    const members = [
      ...fixed,
      ...dice.some(
        users.filter((it) => !fixed.includes(it)),
        3,
      ),
    ];
    for (const user_id of members) {
      const user_role = user_id === 'adm' || (user_id !== 'sam' && dice.roll(4) === 0) ? 'ADMIN' : 'STANDARD';
      yield { type: 'member', bc_id, user_id, user_role };
    }
    for (const tiktok_account_id of dice.some(accounts, 3)) {
      if (bc_id === 'bc1' && tiktok_account_id === 'brand') continue;
      const granted = scopes();
      yield { type: 'account_grant', bc_id, tiktok_account_id, scopes: granted };
      for (const user_id of dice.some(members, 2)) {
        yield { type: 'assignment', bc_id, tiktok_account_id, user_id, scopes: [dice.one(granted)] };
      }
    }
  }
}

/** Facts as the body of an import. */
export function asLines(lines: Iterable<object>): string {
  return [...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
}
