import { UserRole, type Scope } from '../../domain/vocabulary.ts';
import { distinctSorted, type Projection } from '../project.ts';
import type { AccessPath, TiktokAccountVector } from '../vectors.ts';
import { existsAny, knownUser } from '../known.ts';
import type { Sides } from './candidates.ts';
import type { Ring, Rings } from './rings.ts';

/** What has to do with TikTok accounts. */
export function accountRings(sides: Sides): Rings {
  if (sides.moving === 'resource') return sides.fixed.type === 'user' ? accountsOfUser(sides) : accountsOfOther(sides);
  return sides.type === 'user' ? usersOfAccount(sides) : othersOfAccount(sides);
}

type AccountProjection = Extract<Projection, { kind: 'tiktok_account' }>;

// A named post belongs to one account, which therefore is like no other.
const OF_POST = 'select id from tiktok_account where id = $5';

/** Accounts that the user uses or used, those that the user's Business Centers hold, or held, and all others. */
function accountsOfUser({ fixed, properties, within }: Sides): Rings {
  const ofCenter =
    properties.bc_id == null
      ? 'g.bc_id in (select m.bc_id from member m where m.user_id = $3 and m.valid_to is null)'
      : 'g.bc_id = $4';
  // What the key cannot see holds no account.
  const grants = `select g.tiktok_account_id as id from account_grant g
    where ${ofCenter} and ($6::text[] is null or g.bc_id = any($6))`;
  const sets = (among: readonly Grant[], one: AccessPath['grant']): Ring['vectors'] =>
    ofAccounts(({ vector }) => {
      const all = setsOf(vector.paths.flatMap((path) => among.map((grant) => ({ ...path, ...grant }))));
      return all?.filter((paths) => paths.some(({ grant }) => grant === one)) ?? null;
    });
  return {
    nearest: [
      OF_POST,
      'select tiktok_account_id as id from assignment where user_id = $3 and valid_to is null',
      'select tiktok_account_id as id from assignment where user_id = $3 and valid_to is not null',
      'select tiktok_account_id as id from account_link where user_id = $3 and valid_to is null',
    ],
    beyond: [
      { sources: [`${grants} and g.valid_to is null`], vectors: sets(GRANTS, 'ACTIVE') },
      { sources: [`${grants} and g.valid_to is not null`], vectors: sets([NO_GRANT, REVOKED], 'REVOKED') },
    ],
    rest: ofAccounts((nobody) => [nobody.vector.paths]),
    values: [fixed.id, properties.bc_id ?? null, properties.post?.tiktok_account_id ?? null, within],
  };
}

function accountsOfOther({ fixed, properties }: Sides): Rings {
  return {
    nearest: [OF_POST, 'select id from tiktok_account where id = $3'],
    beyond: [],
    rest: ofAccounts((nobody) => [nobody.vector.paths]),
    values: [fixed.id, null, properties.post?.tiktok_account_id ?? null],
  };
}

/** Each half has an index of its own. */
const HOLDERS = `
  select g.bc_id from account_grant g where g.tiktok_account_id = $3 and g.valid_to is null
  union all
  select g.bc_id from account_grant g where g.tiktok_account_id = $3 and g.valid_to is not null`;

/** Users who use or used the account, members of the Business Centers that hold or held it, and all others. */
function usersOfAccount({ fixed, properties }: Sides): Rings {
  const named = properties.bc_id != null;
  const ofCenter = named ? 'm.bc_id = $4' : `m.bc_id in (${HOLDERS})`;
  const members = `select m.user_id as id from member m where ${ofCenter} and m.valid_to is null`;
  /** Where a Business Center is named, its path alone counts. */
  const paths = (nobody: AccountProjection, role: UserRole, grants: readonly Grant[]): AccessPath[] =>
    named
      ? nobody.vector.paths.map((path) => ({ ...path, user_role: role }))
      : grants.map((grant) => ({ ...UNASSIGNED, user_role: role, ...grant }));
  return {
    nearest: [
      'select user_id as id from assignment where tiktok_account_id = $3 and valid_to is null',
      // Whoever was removed may be nobody any more.
      `select a.user_id as id from assignment a
        where a.tiktok_account_id = $3 and a.valid_to is not null and (${existsAny(knownUser('a.user_id'))})`,
      'select user_id as id from account_link where tiktok_account_id = $3 and valid_to is null',
      'select user_id as id from ad_account_member where advertiser_id = $5 and valid_to is null',
    ],
    beyond: [
      {
        sources: [`${members} and m.user_role = 'ADMIN'`],
        vectors: ofUsers((nobody) => UserRole.options.flatMap((role) => paths(nobody, role, GRANTS))),
      },
      {
        sources: [members],
        vectors: ofUsers((nobody) => [
          ...paths(nobody, 'STANDARD', GRANTS),
          ...(named ? [] : paths(nobody, 'ADMIN', [NO_GRANT])),
        ]),
      },
    ],
    rest: ofUsers((nobody) =>
      named ? nobody.vector.paths : UserRole.options.flatMap((role) => paths(nobody, role, [NO_GRANT])),
    ),
    values: [fixed.id, properties.bc_id ?? null, properties.advertiser_id ?? null],
  };
}

/** Of subjects other than users only the account itself has to do with it. */
function othersOfAccount({ fixed, type }: Sides): Rings {
  const nearest = type === 'tiktok_account' ? ['select id from tiktok_account where id = $3'] : [];
  return { nearest, beyond: [], rest: (nobody) => [nobody], values: [fixed.id] };
}

type Grant = Pick<AccessPath, 'grant' | 'granted'>;

const NO_GRANT: Grant = { grant: 'NONE', granted: [] };
const REVOKED: Grant = { grant: 'REVOKED', granted: [] };
const SCOPE_SETS: Scope[][] = [['LIVE'], ['POST'], ['LIVE', 'POST']];
const ACTIVE = SCOPE_SETS.map((granted): Grant => ({ grant: 'ACTIVE', granted }));
const GRANTS: readonly Grant[] = [NO_GRANT, REVOKED, ...ACTIVE];

const UNASSIGNED: Pick<AccessPath, 'via' | 'assigned'> = { via: 'BUSINESS_CENTER', assigned: [] };

/** Where there are more sets of paths than this, looking at the candidates costs less than deciding every set. */
const MOST_SETS = 64;

/** All sets of these paths, the empty one too, or null when there are too many. */
function setsOf(paths: readonly AccessPath[]): AccessPath[][] | null {
  if (2 ** paths.length > MOST_SETS) return null;
  return Array.from({ length: 2 ** paths.length }, (_, set) => paths.filter((_path, index) => set & (1 << index)));
}

/** Users differ in their paths alone, which are any of these together. */
function ofUsers(paths: (nobody: AccountProjection) => AccessPath[]): Ring['vectors'] {
  return (nobody) => {
    if (nobody.kind !== 'tiktok_account') return null;
    return setsOf(paths(nobody))?.map((set) => withPaths(nobody, set, {})) ?? null;
  };
}

/** Accounts differ in their own switch, too. */
function ofAccounts(sets: (nobody: AccountProjection) => AccessPath[][] | null): Ring['vectors'] {
  return (nobody) => {
    if (nobody.kind !== 'tiktok_account') return null;
    const all = sets(nobody)?.flatMap((paths) =>
      [null, true, false].map((ad) => withPaths(nobody, paths, { account_ad_authorization: ad })),
    );
    return all ?? null;
  };
}

function withPaths(
  nobody: AccountProjection,
  paths: readonly AccessPath[],
  also: Partial<TiktokAccountVector>,
): Projection {
  return { ...nobody, vector: { ...nobody.vector, ...also, paths: distinctSorted(paths) } };
}
