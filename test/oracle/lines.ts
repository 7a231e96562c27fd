import fc from 'fast-check';
import { oneOf, scopes, type Names } from './names.ts';
import type { Line } from './written-facts.ts';

/** Among all pairs of things, those of which something is said from the beginning. */
function some<T>(all: fc.Arbitrary<T>[]): fc.Arbitrary<T[]> {
  const none: T[] = [];
  const each = all.map((one) =>
    fc.oneof(
      fc.constant(none),
      one.map((it) => [it]),
    ),
  );
  return fc.tuple(...each).map((chosen) => chosen.flat());
}

/** What a history begins with; what cannot be is left out later. */
export function start(it: Names): fc.Arbitrary<Line[]> {
  const [centers, users, accounts, adAccounts] = [it.centers, it.users, it.accounts, it.adAccounts].map((all) =>
    all.slice(0, -1),
  ) as [string[], string[], string[], string[]];
  const given: Line[] = [
    ...centers.map((bc): Line => ({ type: 'business_center', bc_id: bc, name: `Agency ${bc}` })),
    ...accounts.map((id, n): Line => ({ type: 'tiktok_account', id, handle: `@handle${n}` })),
    ...adAccounts.map((id, n): Line => ({
      type: 'ad_account',
      advertiser_id: id,
      name: id,
      bc_id: centers[n] ?? null,
    })),
  ];
  const members = centers.flatMap((bc) => users.map((user) => memberLine(fc.constant(bc), fc.constant(user))));
  const roles = adAccounts.flatMap((id) => users.map((user) => roleLine(fc.constant(id), fc.constant(user))));
  const grants = centers.flatMap((bc) => accounts.map((id) => grantLine(fc.constant(bc), fc.constant(id))));
  const links = accounts.flatMap((id) => users.slice(-2).map((user) => linkLine(fc.constant(id), fc.constant(user))));
  const assignments = centers.flatMap((bc) =>
    accounts.flatMap((id) => users.map((user) => assignmentLine(fc.constant(bc), fc.constant(id), fc.constant(user)))),
  );
  return fc
    .tuple(some(members), some(roles), some(grants), some(links), some(assignments))
    .map((all) => [...given, ...all.flat()]);
}

type Id = fc.Arbitrary<string>;
const userRole = fc.constantFrom('ADMIN' as const, 'STANDARD' as const);
const advertiserRole = fc.constantFrom('ADMIN' as const, 'OPERATOR' as const, 'ANALYST' as const);
const memberLine = (bc_id: Id, user_id: Id): fc.Arbitrary<Line> =>
  fc.record({ type: fc.constant('member' as const), bc_id, user_id, user_role: userRole });
const roleLine = (advertiser_id: Id, user_id: Id): fc.Arbitrary<Line> =>
  fc.record({
    type: fc.constant('ad_account_member' as const),
    advertiser_id,
    user_id,
    advertiser_role: advertiserRole,
  });
const grantLine = (bc_id: Id, tiktok_account_id: Id): fc.Arbitrary<Line> =>
  fc.record({ type: fc.constant('account_grant' as const), bc_id, tiktok_account_id, scopes });
const linkLine = (tiktok_account_id: Id, user_id: Id): fc.Arbitrary<Line> =>
  fc.record({ type: fc.constant('account_link' as const), tiktok_account_id, user_id, scopes });
const assignmentLine = (bc_id: Id, tiktok_account_id: Id, user_id: Id): fc.Arbitrary<Line> =>
  fc.record({ type: fc.constant('assignment' as const), bc_id, tiktok_account_id, user_id, scopes });

/** A fact as somebody imports or puts it in the middle of a history. */
export function line(it: Names): fc.Arbitrary<Line> {
  const [bc, user, account, adAccount] = [it.centers, it.users, it.accounts, it.adAccounts].map(oneOf) as [
    Id,
    Id,
    Id,
    Id,
  ];
  const owner = fc.option(bc, { nil: null });
  return fc.oneof(
    { weight: 4, arbitrary: memberLine(bc, user) },
    { weight: 2, arbitrary: roleLine(adAccount, user) },
    { weight: 1, arbitrary: linkLine(account, user) },
    { weight: 3, arbitrary: grantLine(bc, account) },
    { weight: 3, arbitrary: assignmentLine(bc, account, user) },
    {
      weight: 2,
      arbitrary: fc.record(
        { type: fc.constant('ad_account' as const), advertiser_id: adAccount, name: fc.constant('Ads'), bc_id: owner },
        { requiredKeys: ['type', 'advertiser_id', 'name'] },
      ),
    },
    {
      weight: 2,
      arbitrary: fc.record(
        {
          type: fc.constant('tiktok_account' as const),
          id: fc.constantFrom(...it.accounts.slice(0, -1)),
          handle: fc.constant('@handle'),
          ad_authorization: fc.constantFrom(true, false, null),
        },
        { requiredKeys: ['type', 'id', 'handle'] },
      ),
    },
  );
}
