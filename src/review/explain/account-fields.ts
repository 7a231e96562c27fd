import { ALL_SCOPES } from '../../facts/membership.ts';
import type { PostFacts } from '../../facts/post.ts';
import type { TiktokAccountVector } from '../../facts/tiktok-account.ts';
import { plainField, plainStep, rungs, setDifference, subsets, type Cause } from './plain-steps.ts';
import type { Field, Option, Step } from './step.ts';
import { WHO, WHO_ELSE } from './who.ts';

/** What else may be otherwise about a TikTok account than the paths to it. */
export function accountFields(vector: TiktokAccountVector, asUser: boolean): Field[] {
  return [
    advertiserRole(vector.advertiser_role, asUser),
    accountSwitch(vector.account_ad_authorization),
    post(vector.post),
    plainField('live', {
      now: vector.live,
      values: [true, false],
      cause: (to) => ({ who: to ? WHO_ELSE.namesLive : WHO_ELSE.namesNoLive }),
    }),
    assignee(vector.assignee),
    scopesField(vector.scopes),
  ];
}

/** Scopes that the action names. */
export function scopesField(now: TiktokAccountVector['scopes']): Field {
  return plainField('scopes', {
    now,
    values: [...subsets(ALL_SCOPES), null],
    cause: (to) =>
      to === null
        ? { who: WHO_ELSE.namesNoScopes }
        : { who: WHO_ELSE.namesScopes, codes: now?.length === 0 ? ['MISSING_FACT'] : [] },
    extentOf: (to) => {
      if (to === null) return ['none named'];
      if (now !== null) return setDifference(now, to);
      // That none but an empty set would do is rare, so any other is told before it.
      return ['named', ...setDifference([], to.length === 0 ? ALL_SCOPES : to), ...(to.length === 0 ? ['empty'] : [])];
    },
  });
}

const LADDER = ['NONE', 'ANALYST', 'OPERATOR', 'ADMIN'] as const;

/** Only users have roles in ad accounts. */
function advertiserRole(now: TiktokAccountVector['advertiser_role'], asUser: boolean): Field {
  const isHigher = (to: (typeof LADDER)[number]): boolean => now !== null && LADDER.indexOf(to) > LADDER.indexOf(now);
  const cause = (to: typeof now): Cause => {
    if (to === null) return { who: WHO_ELSE.namesNoAdAccount };
    if (now === null) return { who: WHO_ELSE.namesAdAccount, codes: ['MISSING_FACT'] };
    if (isHigher(to)) return { who: WHO.ADVERTISER_ROLE_INSUFFICIENT, codes: ['ADVERTISER_ROLE_INSUFFICIENT'] };
    return { who: to === 'NONE' ? WHO_ELSE.dropsRole : WHO_ELSE.lowers };
  };
  return plainField('advertiser_role', {
    now,
    values: asUser ? [...LADDER, null] : ['NONE', null],
    cause,
    extentOf: (to) => {
      if (to === null) return ['none named'];
      return now === null ? ['named', ...rungs(LADDER, 'NONE', to)] : rungs(LADDER, now, to);
    },
  });
}

function accountSwitch(now: boolean | null): Field {
  return plainField('account_ad_authorization', {
    now,
    values: [true, false, null],
    cause: (to) => {
      if (to === null) return { who: WHO_ELSE.forgetsSwitch };
      if (!to) return { who: WHO_ELSE.switchesOff };
      return { who: WHO.AD_AUTHORIZATION_OFF, codes: [now === null ? 'MISSING_FACT' : 'AD_AUTHORIZATION_OFF'] };
    },
    extentOf: (to) => (to === null ? [String(!now), 'unknown'] : [String(to)]),
  });
}

function assignee(now: TiktokAccountVector['assignee']): Field {
  return plainField('assignee', {
    now,
    values: [{ member: true }, { member: false }, { member: null }, null],
    cause: (to) => {
      if (to === null) return { who: WHO_ELSE.namesNoAssignee };
      if (to.member !== true) return { who: WHO_ELSE.namesAssignee };
      if (now?.member === false) return { who: WHO.NOT_A_MEMBER, codes: ['NOT_A_MEMBER'] };
      return { who: now === null ? WHO_ELSE.namesAssignee : WHO.MISSING_FACT, codes: now ? ['MISSING_FACT'] : [] };
    },
  });
}

const BEST: PostFacts = { of_this_account: true, visibility: 'PUBLIC', ad_authorization: true };

/** Every post that could be named. */
const POSTS: readonly PostFacts[] = [true, false, null].flatMap((of) =>
  (['PUBLIC', 'OTHER', null] as const).flatMap((visibility) =>
    [true, false, null].map((on) => ({ of_this_account: of, visibility, ad_authorization: on })),
  ),
);

function post(now: PostFacts | null): Field {
  const none: Cause = { who: WHO_ELSE.namesNoPost };
  const away: Option[] = now
    ? [{ value: null, steps: [plainStep('/post', { from: now, to: null, extent: ['none named'], cause: none })] }]
    : [];
  const named = POSTS.map((to): Option => ({ value: to, steps: now ? postSteps(now, to) : [postNamed(to)] }));
  return { name: 'post', options: [...named, ...away].filter(({ steps }) => steps.length > 0), missingFrom: null };
}

function postNamed(to: PostFacts): Step {
  const odd = partsOf(to).filter((part) => to[part] !== BEST[part]);
  const extent = ['named', ...odd.map((part) => `${part} ${String(to[part])}`)];
  return plainStep('/post', { from: null, to, extent, cause: { who: WHO_ELSE.namesPost } });
}

const partsOf = (facts: PostFacts): (keyof PostFacts)[] => Object.keys(facts) as (keyof PostFacts)[];

function postSteps(now: PostFacts, to: PostFacts): Step[] {
  return partsOf(to)
    .filter((part) => now[part] !== to[part])
    .map((part) =>
      plainStep(`/post/${part}`, {
        from: now[part],
        to: to[part],
        extent: to[part] === null ? [...otherThan(part, now[part]), 'not said'] : [String(to[part])],
        cause: postCause(part, now[part], to[part]),
      }),
    );
}

/** What a fact can be besides, if anything is said of it. */
const otherThan = (part: keyof PostFacts, now: unknown): string[] =>
  POSTS.map((it) => it[part])
    .filter((it) => it !== null && it !== now)
    .map(String);

const BETTER = {
  of_this_account: 'POST_OF_ANOTHER_ACCOUNT',
  visibility: 'POST_NOT_PUBLIC',
  ad_authorization: 'AD_AUTHORIZATION_OFF',
} as const;

const WORSE = {
  of_this_account: WHO_ELSE.otherPost,
  visibility: WHO_ELSE.hidesPost,
  ad_authorization: WHO_ELSE.switchesPostOff,
} as const;

function postCause(part: keyof PostFacts, from: unknown, to: unknown): Cause {
  if (to === null) return { who: WHO_ELSE.doesNotSay };
  if (from === null) return { who: WHO.MISSING_FACT, codes: to === BEST[part] ? ['MISSING_FACT'] : [] };
  return to === BEST[part] ? { who: WHO[BETTER[part]], codes: [BETTER[part]] } : { who: WORSE[part] };
}
