import { z } from 'zod';
import { AdvertiserRole, FreezeAuthority, Scope, UserRole } from '../domain/vocabulary.ts';
import { ACCOUNT, CENTERS, PATH_SLICES, pathsFrom, type Path } from './account-paths.ts';
import { clockFacts } from './clock.ts';
import { FREEZE, freezesOf, frozenBeside, frozenBy, frozenFact } from './freeze.ts';
import { factsFrom, factsWith, type VectorOf } from './kind.ts';
import { isMember, KEY_CENTERS } from './known.ts';
import {
  ALL_SCOPES,
  best,
  betterRole,
  missing,
  moreScopes,
  ROLES,
  scopesOf,
  someScopes,
  userRole,
} from './membership.ts';
import { NAMED_AD_ACCOUNT, NO_CENTER_OPTIONS, OPTIONAL_PATH_FACTS } from './optional-facts.ts';
import { POST_FACTS } from './post.ts';
import { slice, type Loaded } from './slice.ts';
import { combinationsOf } from './values.ts';

/** A confined key is told nothing of a user who is a member of none of its Business Centers. */
const ADVERTISER_ROLE = slice({
  name: 'advertiser_role',
  on: ['subject', 'ad_account'],
  columns: { advertiser_role: 'r.advertiser_role' },
  from: `question q join ad_account_member r
      on r.user_id = q.subject_id and r.advertiser_id = q.advertiser_id and r.valid_to is null
    where q.kind = 'tiktok_account' and q.subject_type = 'user'
      and (q.within is null or ${isMember('q.subject_id', KEY_CENTERS)})`,
});

const ASSIGNEE = slice({
  name: 'assignee',
  on: ['assignee', 'center'],
  columns: {},
  from: `question q join member m on m.user_id = q.user_id and m.bc_id = q.bc_id and m.valid_to is null
    where q.kind = 'tiktok_account'`,
});

/** Where a freeze denies, whether the key may know of the ad account counts for nothing. */
const AD_ACCOUNT_FREEZE = slice({
  name: 'ad_account_freeze',
  on: ['ad_account'],
  columns: {},
  until: 'f.until',
  from: `question q join ${freezesOf("'ad_account'", 'q.advertiser_id')} where q.kind = 'tiktok_account'`,
});

// --- Paths ---

const path = factsFrom<Path>();
const GrantState = z.enum(['ACTIVE', 'REVOKED', 'NONE']);

/** What a path is without an active grant: nothing can be assigned then. */
const NOTHING_GRANTED = { granted: [], assigned: [], self_assigned: [] };

/** What a path is that does not lead through a Business Center. */
const NO_CENTER = { user_role: null, grant: null, assigned: [], center_frozen: false, ...NO_CENTER_OPTIONS };

/** What holds of each path. */
export const PATH_FACTS = {
  via: path.fact(z.enum(['BUSINESS_CENTER', 'ACCOUNT_LINK', 'OWNER']), {
    meaning: 'The way by which access may come. Each path must satisfy a rule by itself.',
    on: ['subject', 'resource'],
    by: 'nobody: a way of access is what it is',
    none: 'BUSINESS_CENTER',
    read: ({ via }) => via,
  }),
  user_role: path.fact(UserRole.nullable(), {
    meaning: "The subject's role in that Business Center; null: not a member of it, or not a Business Center path.",
    on: ['subject', 'center'],
    by: 'an administrator of the Business Center',
    ladder: ROLES,
    none: null,
    read: ({ role }) => userRole(role),
    better: betterRole,
  }),
  grant: path.fact(GrantState.nullable(), {
    meaning: "State of the Business Center's account grant; null off Business Center paths.",
    on: ['resource', 'center'],
    by: "the account's owner; or, by revoking it, an administrator of the Business Center",
    none: 'NONE',
    read: ({ via, grant }) => {
      if (via !== 'BUSINESS_CENTER') return null;
      return GrantState.parse(grant?.state ?? 'NONE');
    },
    better: (now) => {
      if (now === 'ACTIVE') return [];
      const active = (granted: readonly Scope[]) => ({ to: 'ACTIVE', along: { granted } });
      const code = now === 'REVOKED' ? 'GRANT_REVOKED' : 'NO_GRANT';
      return [{ ...active(ALL_SCOPES), lacks: [{ code }], less: ALL_SCOPES.map((scope) => active([scope])) }];
    },
  }),
  granted: path.fact(z.array(Scope), {
    meaning: "Scopes that the account's owner granted to the Business Center, or that the account link carries.",
    on: ['resource', 'center'],
    by: "the account's owner",
    none: [],
    read: ({ grant, link }) => scopesOf((grant ?? link)?.scopes),
    better: (now, { grant }) => (grant === 'ACTIVE' ? moreScopes(now, { code: 'SCOPE_NOT_GRANTED' }) : []),
  }),
  assigned: path.fact(z.array(Scope), {
    meaning: 'Scopes that the Business Center assigned to the subject.',
    on: ['subject', 'resource', 'center'],
    by: 'an administrator of the Business Center that holds the grant',
    none: [],
    read: ({ grant, assignment }) => (assignment?.grant_id === grant?.grant_id ? scopesOf(assignment?.scopes) : []),
    better: (now) => moreScopes(now, { code: now.length === 0 ? 'NO_ASSIGNMENT' : 'SCOPE_NOT_ASSIGNED' }),
  }),
  center_frozen: path.fact(z.boolean(), {
    meaning: 'Whether that Business Center is frozen.',
    on: ['center'],
    ...frozenBeside('FROZEN_BUSINESS_CENTER'),
    read: ({ frozen }) => frozen === true,
  }),
};
export type AccessPath = VectorOf<typeof PATH_FACTS>;

/** A path of which nothing holds, but what is given: by itself, through a Business Center to which the subject is a stranger. */
export function accessPath(given: Partial<AccessPath> = {}): AccessPath {
  return factsWith(PATH_FACTS, given);
}

/** Whether there can be such a path through a Business Center: assigned is what a member has of an active grant. */
export function isPossible(it: AccessPath & { self_assigned?: readonly Scope[] }): boolean {
  const { via, user_role: role, grant, granted, assigned, self_assigned: own = [] } = it;
  return (
    via === 'BUSINESS_CENTER' &&
    grant !== null &&
    (grant === 'ACTIVE' ? granted.length > 0 : granted.length + assigned.length === 0) &&
    (role !== null || assigned.length === 0) &&
    own.every((scope) => assigned.includes(scope))
  );
}

/** Every path through a Business Center that there can be, as far as every policy is sent it. */
export const CENTER_PATHS: readonly AccessPath[] = (combinationsOf(PATH_FACTS) as AccessPath[]).filter(isPossible);

/** The paths through Business Centers. Where one holds the account, others are not said to hold none. */
function nearest(paths: readonly AccessPath[]): number[] {
  const isHeld = paths.some(({ grant }) => grant === 'ACTIVE');
  const centers = paths.flatMap(({ via, grant }, index) =>
    via === 'BUSINESS_CENTER' && !(isHeld && grant === 'NONE') ? [index] : [],
  );
  const sorted = centers.toSorted((a, b) => distance(paths[a]) - distance(paths[b]));
  return sorted.length > 0 ? sorted : [paths.length];
}

/** Where two paths lack as much, a member's is told of before an outsider's, and one that holds, or held, a grant. */
function distance(it: AccessPath = accessPath()): number {
  return ['ACTIVE', 'REVOKED', 'NONE'].indexOf(it.grant ?? 'NONE') + (it.user_role === null ? 3 : 0);
}

// --- What else holds of an account, or is sent with a check ---

const account = factsFrom<Loaded>();
const FrozenBy = FreezeAuthority.extract(['SERVICE', 'OWNER']).nullable();

const FACTS = {
  paths: account.list(PATH_FACTS, {
    meaning: 'Every way by which the subject may have access.',
    optional: OPTIONAL_PATH_FACTS,
    from: pathsFrom,
    as: 'user',
    nearest,
    sorts: [
      { via: 'BUSINESS_CENTER', grant: 'ACTIVE' },
      { via: 'BUSINESS_CENTER', grant: GrantState.exclude(['ACTIVE']), ...NOTHING_GRANTED },
      { ...NO_CENTER, via: 'ACCOUNT_LINK' },
      { ...NO_CENTER, via: 'OWNER', granted: [] },
    ],
    instead: { as: 'tiktok_account', element: { via: 'OWNER', grant: null }, lacks: [{ code: 'NOT_THE_OWNER' }] },
  }),
  advertiser_role: account.fact(z.enum([...AdvertiserRole.options, 'NONE']).nullable(), {
    meaning: "The subject's role in the ad account that the check names; NONE: no role there; null: none was named.",
    on: ['subject', 'ad_account'],
    by: 'an administrator of the ad account',
    ladder: ['NONE', 'ANALYST', 'OPERATOR', 'ADMIN'],
    none: null,
    read: (loaded) => {
      if (!loaded.question.properties.advertiser_id) return null;
      const role = loaded.one(ADVERTISER_ROLE)?.advertiser_role;
      return role == null ? 'NONE' : AdvertiserRole.parse(role);
    },
    better: (now) => {
      const lack =
        now === null
          ? missing('/action/properties/advertiser_id')
          : ({ code: 'ADVERTISER_ROLE_INSUFFICIENT' } as const);
      return AdvertiserRole.options
        .toReversed()
        .filter((to) => to !== now)
        .map((to) => ({ to, lacks: [lack] }));
    },
  }),
  account_ad_authorization: account.fact(z.boolean().nullable(), {
    meaning: "The account's own ad authorization switch; null: unknown.",
    on: ['resource'],
    by: "the account's owner",
    none: null,
    read: (loaded) => {
      const isOn = loaded.one(ACCOUNT)?.ad_authorization;
      return isOn == null ? null : isOn === 'true';
    },
    better: best<boolean | null>(true, (now) =>
      now === null ? missing('/resource/ad_authorization') : { code: 'AD_AUTHORIZATION_OFF' },
    ),
  }),
  post: account.record(POST_FACTS, {
    meaning: 'What the caller says of the post that the check names; null: none was named.',
    from: ({ question: { properties, resourceId } }) =>
      properties.post ? { ...properties.post, of: resourceId } : null,
  }),
  live: account.fact(z.boolean(), {
    meaning: 'Whether the check names a live.',
    on: [],
    by: 'the caller, by what the check names',
    none: false,
    read: ({ question: { properties } }) => properties.live != null,
  }),
  assignee: account.record(
    {
      member: account.fact(z.boolean().nullable(), {
        meaning: 'Whether that user is a member of the Business Center that the check names; null: none was named.',
        on: ['assignee', 'center'],
        by: 'the caller, by what the check names',
        none: null,
        read: (loaded) => (loaded.question.properties.bc_id == null ? null : loaded.one(ASSIGNEE) !== undefined),
        better: best<boolean | null>(true, (now) =>
          now === null ? missing('/action/properties/bc_id') : { code: 'NOT_A_MEMBER', says: 'ASSIGNEE_NOT_A_MEMBER' },
        ),
      }),
    },
    {
      meaning: 'The user whom the action would assign or unassign; null: none was named.',
      from: (loaded) => (loaded.question.properties.user_id == null ? null : loaded),
    },
  ),
  scopes: account.fact(z.array(Scope).nullable(), {
    meaning: 'Scopes that the action names; null: none were named.',
    on: [],
    by: 'the caller, by what the check names',
    none: null,
    read: ({ question: { properties } }) => properties.scopes ?? null,
    better: someScopes,
  }),
  frozen_by: account.fact(FrozenBy, {
    meaning: 'The highest authority that has frozen the TikTok account; null: it is not frozen.',
    ...frozenFact('FROZEN'),
    read: (loaded) => FrozenBy.parse(frozenBy(loaded)),
  }),
  ad_account_frozen: account.fact(z.boolean(), {
    meaning: 'Whether the ad account that the check names is frozen.',
    on: ['ad_account'],
    ...frozenBeside('FROZEN_AD_ACCOUNT'),
    read: (loaded) => loaded.one(AD_ACCOUNT_FREEZE) !== undefined,
  }),
};
export type TiktokAccountVector = VectorOf<typeof FACTS>;

/** What else can be told of an account. */
const OPTIONAL_FACTS = {
  ...clockFacts([]),
};

export const TIKTOK_ACCOUNT = {
  facts: FACTS,
  optional: OPTIONAL_FACTS,
  slices: [...PATH_SLICES, FREEZE, ADVERTISER_ROLE, ASSIGNEE, AD_ACCOUNT_FREEZE, NAMED_AD_ACCOUNT],
  centers: CENTERS,
  isKnown: (loaded: Loaded): boolean => loaded.one(ACCOUNT) !== undefined,
};
