import type { TestApp } from './app.ts';
import { bring } from './ndjson.ts';

/** How large a Business Center is. */
export interface Size {
  accounts: number;
  members: number;
  /** Members, from the first on, who hold the first account. */
  holders: number;
}

const FAMILY = ['Li', 'Wang', 'Zhang', 'Garcia', 'Okafor', 'Nguyen', 'Schmidt', 'Tanaka'];
const GIVEN = ['Anna', 'Ben', 'Chen', 'Dana', 'Elif', 'Farid', 'Grace', 'Hugo', 'Ines', 'Jun'];

/** An id of a member or of an account, such as `u0007`. */
export const nth = (kind: 'u' | 't', n: number): string => `${kind}${String(n).padStart(4, '0')}`;

/** The facts of an agency: the Business Center bc1 with its administrator adm, and everybody with a name. */
function agencyFacts({ accounts, members, holders }: Size): Record<string, unknown>[] {
  const bc = { bc_id: 'bc1' };
  const each = (count: number, of: (n: number) => Record<string, unknown>[]): Record<string, unknown>[] =>
    Array.from({ length: count }, (_, n) => of(n)).flat();
  return [
    { type: 'business_center', ...bc, name: 'Bright Agency' },
    { type: 'member', ...bc, user_id: 'adm', user_role: 'ADMIN' },
    { type: 'user', id: 'adm', display_name: 'Ada Brandt', email: 'ada@example.com' },
    { type: 'ad_account', advertiser_id: 'adv1', name: 'Spring campaign', ...bc },
    { type: 'ad_account_member', advertiser_id: 'adv1', user_id: 'adm', advertiser_role: 'ADMIN' },
    ...each(members - 1, (n) => [
      { type: 'member', ...bc, user_id: nth('u', n), user_role: n % 400 === 399 ? 'ADMIN' : 'STANDARD' },
      {
        type: 'user',
        id: nth('u', n),
        display_name: `${GIVEN[n % 10]} ${FAMILY[n % 8]} ${String(n).padStart(4, '0')}`,
        email: `${nth('u', n)}@example.com`,
      },
    ]),
    ...each(accounts, (n) => [
      {
        type: 'tiktok_account',
        id: nth('t', n),
        handle: `@store_${String(n).padStart(4, '0')}`,
        display_name: `Store ${String(n).padStart(4, '0')}`,
        ad_authorization: n % 50 === 7 ? false : null,
      },
      {
        type: 'account_grant',
        ...bc,
        tiktok_account_id: nth('t', n),
        scopes: n % 4 === 3 ? ['POST'] : ['LIVE', 'POST'],
      },
    ]),
    ...each(holders, (n) => [
      { type: 'assignment', ...bc, tiktok_account_id: nth('t', 0), user_id: nth('u', n), scopes: ['POST'] },
    ]),
  ];
}

/** Imports an agency into an empty service. */
export async function bringAgency(app: TestApp, size: Size): Promise<void> {
  const { status, body } = await bring(app, agencyFacts(size));
  if (status !== 200) throw new Error(`import: ${status} ${JSON.stringify(body).slice(0, 500)}`);
}
