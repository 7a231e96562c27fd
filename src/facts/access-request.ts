import { z } from 'zod';
import { AccessRequestStatus, UserRole } from '../domain/vocabulary.ts';
import { clockFacts } from './clock.ts';
import { freezesOf, frozenBeside } from './freeze.ts';
import { factsFrom } from './kind.ts';
import { best, betterRole, MEMBERSHIP, ROLES, userRole } from './membership.ts';
import { otherwise } from './optional-facts.ts';
import { slice, type Loaded } from './slice.ts';

/** One that waits longer than it may has expired, whether that was written down or not. */
const REQUEST = slice({
  name: 'access_request',
  on: ['resource'],
  center: 'r.bc_id',
  columns: {
    status: `case when r.status = 'PENDING' and r.expires_at <= statement_timestamp() then 'EXPIRED' else r.status end`,
    meant_for: 'r.tiktok_account_id',
    requested_by: 'r.requested_by',
  },
  until: `case when r.status = 'PENDING' and r.expires_at > statement_timestamp() then r.expires_at end`,
  user: 'requested_by',
  from: `question q join access_request r on r.id = q.request_id where q.kind = 'access_request'`,
});

const REQUESTER = slice({
  name: 'requester',
  on: ['resource', 'center'],
  center: 'r.bc_id',
  columns: { user_role: 'm.user_role' },
  from: `question q join access_request r on r.id = q.request_id
      join member m on m.user_id = r.requested_by and m.bc_id = r.bc_id and m.valid_to is null
    where q.kind = 'access_request'`,
});

const CENTER_FREEZE = slice({
  name: 'center_freeze',
  on: ['resource'],
  center: 'r.bc_id',
  columns: {},
  until: 'f.until',
  from: `question q join access_request r on r.id = q.request_id join ${freezesOf("'business_center'", 'r.bc_id')}
    where q.kind = 'access_request'`,
});

/** Whoever answers signs in as the account that would be granted. */
const ACCOUNT_FREEZE = slice({
  name: 'account_freeze',
  on: ['subject'],
  columns: {},
  until: 'f.until',
  from: `question q join ${freezesOf("'tiktok_account'", 'q.subject_id')}
    where q.kind = 'access_request' and q.subject_type = 'tiktok_account'`,
});

/** The Business Center that asks. */
const CENTERS = `
select q.n, q.kind, q.subject_id, q.resource_id, r.bc_id, false
  from question q join access_request r on r.id = q.request_id
 where q.kind = 'access_request' and q.subject_type = 'user'`;

const request = factsFrom<Loaded>();

const FACTS = {
  status: request.fact(AccessRequestStatus.nullable(), {
    meaning: 'State of the request; null: there is no such request.',
    on: ['resource'],
    by: 'who answers the request or cancels it, or time',
    none: null,
    read: (loaded) => AccessRequestStatus.nullable().parse(loaded.one(REQUEST)?.status ?? null),
    better: best<AccessRequestStatus | null>('PENDING', () => ({ code: 'REQUEST_NOT_PENDING' })),
  }),
  owner: request.fact(z.boolean(), {
    meaning: 'Whether the subject is a signed-in TikTok account, and the request is meant for it or for any account.',
    on: ['subject', 'resource'],
    by: 'nobody: the owner is who it is',
    none: false,
    as: 'tiktok_account',
    read: (loaded) => {
      const { subjectType, subjectId } = loaded.question;
      const found = loaded.one(REQUEST);
      return found !== undefined && subjectType === 'tiktok_account' && (found.meant_for ?? subjectId) === subjectId;
    },
    better: best<boolean>(true, () => ({ code: 'NOT_THE_OWNER', says: 'REQUEST_OF_ANOTHER' })),
  }),
  user_role: request.fact(UserRole.nullable(), {
    meaning: "The subject's role in the Business Center that asks; null: not a member.",
    on: ['subject', 'resource'],
    by: 'an administrator of the Business Center',
    ladder: ROLES,
    none: null,
    as: 'user',
    read: (loaded) => userRole(loaded.one(MEMBERSHIP)?.user_role),
    better: betterRole,
  }),
  requester_role: request.fact(UserRole.nullable(), {
    meaning: 'The role that the requesting member holds there now; null: no longer a member.',
    on: ['resource'],
    by: 'an administrator of the Business Center',
    ladder: ROLES,
    none: null,
    read: (loaded) => userRole(loaded.one(REQUESTER)?.user_role),
    better: best<UserRole | null>('ADMIN', () => ({ code: 'NOT_AN_ADMIN', says: 'REQUESTER_NOT_AN_ADMIN' })),
  }),
  center_frozen: request.fact(z.boolean(), {
    meaning: 'Whether the Business Center that asks is frozen.',
    on: ['resource'],
    ...frozenBeside('FROZEN_BUSINESS_CENTER'),
    read: (loaded) => loaded.one(CENTER_FREEZE) !== undefined,
  }),
  account_frozen: request.fact(z.boolean(), {
    meaning: 'Whether the TikTok account that is signed in is frozen.',
    on: ['subject'],
    ...frozenBeside('FROZEN'),
    read: (loaded) => loaded.one(ACCOUNT_FREEZE) !== undefined,
  }),
};

/** What else can be told of a request. */
const OPTIONAL_FACTS = {
  ...clockFacts([]),
  requested_by_subject: request.fact(z.boolean(), {
    meaning: 'Whether the subject is the user who made the request, a member of the Business Center or not.',
    on: ['subject', 'resource'],
    by: 'nobody: who made the request stays who it was',
    none: false,
    as: 'user',
    later: true,
    read: (loaded) => {
      const { subjectType, subjectId } = loaded.question;
      return subjectType === 'user' && loaded.one(REQUEST)?.requested_by === subjectId;
    },
    better: otherwise<boolean>([true, false], '/subject/id'),
  }),
};

export const ACCESS_REQUEST = {
  facts: FACTS,
  optional: OPTIONAL_FACTS,
  slices: [REQUEST, REQUESTER, MEMBERSHIP, CENTER_FREEZE, ACCOUNT_FREEZE],
  centers: CENTERS,
  isKnown: (loaded: Loaded): boolean => loaded.one(REQUEST) !== undefined,
};
