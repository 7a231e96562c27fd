import { FreezeAuthority, UserRole } from '../domain/vocabulary.ts';
import { clockFacts } from './clock.ts';
import { FREEZE, frozenBy, frozenFact } from './freeze.ts';
import { factsFrom } from './kind.ts';
import { betterRole, MEMBERSHIP, ROLES, userRole } from './membership.ts';
import { slice, type Loaded } from './slice.ts';

/** A confined key is told nothing of an ad account that belongs to none of its Business Centers. */
const AD_ACCOUNT = slice({
  name: 'ad_account',
  on: ['resource'],
  center: 'a.bc_id',
  columns: {},
  from: `question q join ad_account a on a.advertiser_id = q.resource_id
    where q.kind = 'ad_account' and (q.within is null or a.bc_id is not null)`,
});

/** The Business Center that the ad account belongs to. */
const CENTERS = `
select q.n, q.kind, q.subject_id, q.resource_id, a.bc_id, false
  from question q join ad_account a on a.advertiser_id = q.resource_id
 where q.kind = 'ad_account' and q.subject_type = 'user' and a.bc_id is not null`;

const adAccount = factsFrom<Loaded>();
const FrozenBy = FreezeAuthority.extract(['SERVICE', 'BUSINESS_CENTER']).nullable();

const FACTS = {
  user_role: adAccount.fact(UserRole.nullable(), {
    meaning: "The subject's role in the Business Center that the ad account belongs to; null: not a member, or none.",
    on: ['subject', 'resource'],
    by: 'an administrator of the Business Center',
    ladder: ROLES,
    none: null,
    as: 'user',
    read: (loaded) => userRole(loaded.one(MEMBERSHIP)?.user_role),
    better: betterRole,
  }),
  frozen_by: adAccount.fact(FrozenBy, {
    meaning: 'The highest authority that has frozen the ad account; null: it is not frozen.',
    ...frozenFact('FROZEN_AD_ACCOUNT'),
    read: (loaded) => FrozenBy.parse(frozenBy(loaded)),
  }),
};

export const AD_ACCOUNT_KIND = {
  facts: FACTS,
  optional: clockFacts([]),
  slices: [AD_ACCOUNT, FREEZE, MEMBERSHIP],
  centers: CENTERS,
  isKnown: (loaded: Loaded): boolean => loaded.one(AD_ACCOUNT) !== undefined,
};
