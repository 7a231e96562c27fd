import { z } from 'zod';
import { FreezeAuthority, Scope, UserRole } from '../domain/vocabulary.ts';
import { clockFacts } from './clock.ts';
import { FREEZE, frozenBy, frozenFact } from './freeze.ts';
import { factsFrom, type VectorOf } from './kind.ts';
import { betterRole, MEMBERSHIP, ROLES, someScopes, userRole } from './membership.ts';
import { slice, type Loaded } from './slice.ts';

const BUSINESS_CENTER = slice({
  name: 'business_center',
  on: ['resource'],
  center: 'b.bc_id',
  columns: {},
  from: `question q join business_center b on b.bc_id = q.resource_id where q.kind = 'business_center'`,
});

/** The Business Center that is asked about. */
const CENTERS = `
select q.n, q.kind, q.subject_id, q.resource_id, q.resource_id, false
  from question q where q.kind = 'business_center' and q.subject_type = 'user'`;

const center = factsFrom<Loaded>();
const FrozenBy = FreezeAuthority.extract(['SERVICE', 'BUSINESS_CENTER']).nullable();

const FACTS = {
  user_role: center.fact(UserRole.nullable(), {
    meaning: "The subject's role in this Business Center; null: not a member.",
    on: ['subject', 'resource'],
    by: 'an administrator of the Business Center',
    ladder: ROLES,
    none: null,
    as: 'user',
    read: (loaded) => userRole(loaded.one(MEMBERSHIP)?.user_role),
    better: betterRole,
  }),
  scopes: center.fact(z.array(Scope).nullable(), {
    meaning: 'Scopes that the action names; null: none were named.',
    on: [],
    by: 'the caller, by what the check names',
    none: null,
    read: ({ question: { properties } }) => properties.scopes ?? null,
    better: someScopes,
  }),
  frozen_by: center.fact(FrozenBy, {
    meaning: 'The highest authority that has frozen the Business Center; null: it is not frozen.',
    ...frozenFact('FROZEN_BUSINESS_CENTER'),
    read: (loaded) => FrozenBy.parse(frozenBy(loaded)),
  }),
};
export type BusinessCenterVector = VectorOf<typeof FACTS>;

export const BUSINESS_CENTER_KIND = {
  facts: FACTS,
  optional: clockFacts([]),
  slices: [BUSINESS_CENTER, FREEZE, MEMBERSHIP],
  centers: CENTERS,
  isKnown: (loaded: Loaded): boolean => loaded.one(BUSINESS_CENTER) !== undefined,
};
