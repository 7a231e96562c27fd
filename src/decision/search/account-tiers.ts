import { UserRole } from '../../domain/vocabulary.ts';
import { distinctSorted, type Part } from '../../facts/kind.ts';
import type { Projection } from '../../facts/kinds.ts';
import { existsAny, knownUser } from '../../facts/known.ts';
import type { AccessPath } from '../../facts/tiktok-account.ts';
import type { Sides } from './candidates.ts';
import type { Tier, Tiers, Told } from './tier.ts';
import { pathsLike, pathWith, setsOf, varied } from './varied.ts';

/** What has to do with TikTok accounts. */
export function accountTiers(sides: Sides): Tiers {
  if (sides.moving === 'resource') return sides.fixed.type === 'user' ? accountsOfUser(sides) : accountsOfOther(sides);
  return sides.type === 'user' ? usersOfAccount(sides) : othersOfAccount(sides);
}

// What is frozen is seldom much, and is looked at one by one: whatever is in an outer tier is not frozen.
const FROZEN = `select resource_id as id from resource_freeze where kind = 'tiktok_account' and valid_to is null`;
const OF_FROZEN_CENTERS = `select m.user_id as id from resource_freeze f join member m on m.bc_id = f.resource_id
  where f.kind = 'business_center' and f.valid_to is null and m.valid_to is null`;

// A named post belongs to one account, which therefore is like no other.
const OF_POST = 'select id from tiktok_account where id = $5';

/** Accounts that the user uses or used, those that the user's Business Centers hold, or held, and all others. */
function accountsOfUser({ fixed, properties, within }: Sides): Tiers {
  const ofCenter =
    properties.bc_id == null
      ? 'g.bc_id in (select m.bc_id from member m where m.user_id = $3 and m.valid_to is null)'
      : 'g.bc_id = $4';
  // What the key cannot see holds no account.
  const grants = `select g.tiktok_account_id as id from account_grant g
    where ${ofCenter} and ($6::text[] is null or g.bc_id = any($6))`;
  const held = (state: AccessPath['grant'], among: (path: AccessPath) => boolean): Tier['vectors'] =>
    ofAccounts((paths, told) => {
      const varies = (on: readonly Part[]): boolean => on.includes('resource') && !on.includes('subject');
      const all = paths.flatMap((path) => pathsLike(path, varies, told));
      return setsOf(all.filter(among))?.filter((set) => set.some(({ grant }) => grant === state)) ?? null;
    });
  return {
    nearest: [
      OF_POST,
      FROZEN,
      'select tiktok_account_id as id from assignment where user_id = $3 and valid_to is null',
      'select tiktok_account_id as id from assignment where user_id = $3 and valid_to is not null',
      'select tiktok_account_id as id from account_link where user_id = $3 and valid_to is null',
    ],
    outer: [
      { sources: [`${grants} and g.valid_to is null`], vectors: held('ACTIVE', () => true) },
      {
        sources: [`${grants} and g.valid_to is not null`],
        vectors: held('REVOKED', ({ grant }) => grant !== 'ACTIVE'),
      },
    ],
    rest: ofAccounts((paths) => [[...paths]]),
    values: [fixed.id, properties.bc_id ?? null, properties.post?.tiktok_account_id ?? null, within],
  };
}

function accountsOfOther({ fixed, properties }: Sides): Tiers {
  return {
    nearest: [OF_POST, FROZEN, 'select id from tiktok_account where id = $3'],
    outer: [],
    rest: ofAccounts((paths) => [[...paths]]),
    values: [fixed.id, null, properties.post?.tiktok_account_id ?? null],
  };
}

/** Each half has an index of its own. */
const HOLDERS = `
  select g.bc_id from account_grant g where g.tiktok_account_id = $3 and g.valid_to is null
  union all
  select g.bc_id from account_grant g where g.tiktok_account_id = $3 and g.valid_to is not null`;

/** Users who use or used the account, members of the Business Centers that hold or held it, and all others. */
function usersOfAccount({ fixed, properties }: Sides): Tiers {
  const isNamed = properties.bc_id != null;
  const ofCenter = isNamed ? 'm.bc_id = $4' : `m.bc_id in (${HOLDERS})`;
  const members = `select m.user_id as id from member m where ${ofCenter} and m.valid_to is null`;
  /** Where a Business Center is named, its path alone counts. */
  const named = (paths: readonly AccessPath[], role: UserRole): AccessPath[] =>
    paths.map((path) => ({ ...path, user_role: role }));
  const unnamed = (role: UserRole, isHolder: boolean, told: Told): AccessPath[] =>
    pathsLike(pathWith(told, { user_role: role }), (on) => !on.includes('subject'), told).filter(
      ({ grant, center_frozen: isFrozen }) => !isFrozen && (isHolder || grant === 'NONE'),
    );
  const everyRole = (isHolder: boolean, told: Told): AccessPath[] =>
    UserRole.options.flatMap((role) => unnamed(role, isHolder, told));
  return {
    nearest: [
      'select user_id as id from assignment where tiktok_account_id = $3 and valid_to is null',
      // Whoever was removed may be unknown by now.
      `select a.user_id as id from assignment a
        where a.tiktok_account_id = $3 and a.valid_to is not null and (${existsAny(knownUser('a.user_id'))})`,
      'select user_id as id from account_link where tiktok_account_id = $3 and valid_to is null',
      'select user_id as id from ad_account_member where advertiser_id = $5 and valid_to is null',
      ...(isNamed ? [] : [OF_FROZEN_CENTERS]),
    ],
    outer: [
      {
        sources: [`${members} and m.user_role = 'ADMIN'`],
        vectors: ofUsers((paths, told) =>
          isNamed ? UserRole.options.flatMap((role) => named(paths, role)) : everyRole(true, told),
        ),
      },
      {
        sources: [members],
        vectors: ofUsers((paths, told) =>
          isNamed ? named(paths, 'STANDARD') : [...unnamed('STANDARD', true, told), ...unnamed('ADMIN', false, told)],
        ),
      },
    ],
    rest: ofUsers((paths, told) => (isNamed ? paths : everyRole(false, told))),
    values: [fixed.id, properties.bc_id ?? null, properties.advertiser_id ?? null],
  };
}

/** Of subjects other than users only the account itself has to do with it. */
function othersOfAccount({ fixed, type }: Sides): Tiers {
  const nearest = type === 'tiktok_account' ? ['select id from tiktok_account where id = $3'] : [];
  return { nearest, outer: [], rest: (unrelated, told) => varied(unrelated, 'subject', told), values: [fixed.id] };
}

type Paths = readonly AccessPath[];

/** Users whose paths are any of these together. */
function ofUsers(among: (paths: Paths, told: Told) => Paths): Tier['vectors'] {
  return (unrelated, told) =>
    withPaths(unrelated, told, { moving: 'subject', setsAmong: (paths) => setsOf(among(paths, told)) });
}

/** Accounts to which a user has one of these sets of paths. */
function ofAccounts(sets: (paths: Paths, told: Told) => AccessPath[][] | null): Tier['vectors'] {
  return (unrelated, told) =>
    withPaths(unrelated, told, { moving: 'resource', setsAmong: (paths) => sets(paths, told) });
}

function withPaths(
  unrelated: Projection,
  told: Told,
  { moving, setsAmong }: { moving: Sides['moving']; setsAmong: (paths: Paths) => AccessPath[][] | null },
): Projection[] | null {
  if (unrelated.kind !== 'tiktok_account') return null;
  const sets = setsAmong(unrelated.vector.paths);
  const given = { paths: sets?.map(distinctSorted) ?? [] };
  return sets && varied(unrelated, moving, told, moving === 'resource' ? { ...given, frozen_by: [null] } : given);
}
