import { freezesOf } from './freeze.ts';
import { holdOrHeld, KEY_CENTERS } from './known.ts';
import { MEMBERSHIP } from './membership.ts';
import { slice, type Loaded, type RowOf } from './slice.ts';

// What is stored of a subject and a TikTok account, and the paths between them that follow from it.
// `limit 1` keeps PostgreSQL on the unique index of current rows, however many there are of one account or user.

/** A key that is confined to some Business Centers is told nothing of an account that none of them holds or held. */
export const ACCOUNT = slice({
  name: 'tiktok_account',
  on: ['resource'],
  columns: { ad_authorization: 't.ad_authorization::text' },
  from: `question q join tiktok_account t on t.id = q.resource_id
    where q.kind = 'tiktok_account' and (q.within is null or ${holdOrHeld('q.resource_id', KEY_CENTERS)})`,
});

/** A grant that ended tells GRANT_REVOKED from NO_GRANT. */
const GRANT = slice({
  name: 'account_grant',
  on: ['resource', 'center'],
  center: 'c.bc_id',
  columns: { state: `case when g.id is null then 'REVOKED' else 'ACTIVE' end`, grant_id: 'g.id::text' },
  scopes: 'g.scopes',
  from: `center c left join lateral (
       select g.id, g.scopes from account_grant g
        where g.tiktok_account_id = c.resource_id and g.bc_id = c.bc_id and g.valid_to is null
        limit 1
     ) g on true
    where c.kind = 'tiktok_account' and (g.id is not null or exists (
       select from account_grant e
        where e.tiktok_account_id = c.resource_id and e.bc_id = c.bc_id and e.valid_to is not null))`,
});

/** An assignment counts under the grant that it was made under, and no other. */
const ASSIGNMENT = slice({
  name: 'assignment',
  on: ['subject', 'resource', 'center'],
  center: 'c.bc_id',
  columns: { grant_id: 'a.grant_id::text', self_assigned: `nullif(array_to_string(a.self_assigned, ','), '')` },
  scopes: 'a.scopes',
  from: `center c cross join lateral (
       select a.grant_id, a.scopes, a.self_assigned from assignment a
        where a.user_id = c.user_id and a.tiktok_account_id = c.resource_id and a.bc_id = c.bc_id
          and a.valid_to is null
        limit 1
     ) a
    where c.kind = 'tiktok_account'`,
});

/** Business Centers that assigned the account to the subject once. */
const FORMER_ASSIGNMENT = slice({
  name: 'former_assignment',
  on: ['subject', 'resource'],
  center: 'c.bc_id',
  columns: {},
  from: 'center c where c.former',
});

/** Which of the Business Centers are frozen. */
const CENTER_FREEZE = slice({
  name: 'center_freeze',
  on: ['center'],
  center: 'c.bc_id',
  columns: {},
  until: 'f.until',
  from: `center c join ${freezesOf("'business_center'", 'c.bc_id')} where c.kind = 'tiktok_account'`,
});

/** Account links are nothing to a confined key, nor where a Business Center is named. */
const LINK = slice({
  name: 'account_link',
  on: ['subject', 'resource'],
  columns: {},
  scopes: 'l.scopes',
  from: `question q join account_link l
      on l.user_id = q.subject_id and l.tiktok_account_id = q.resource_id and l.valid_to is null
    where q.kind = 'tiktok_account' and q.subject_type = 'user' and q.bc_id is null and q.within is null`,
});

/** The Business Centers of a user that matter: the named one, or else all of theirs, and those that assigned the account once. */
export const CENTERS = `
select q.n, q.kind, q.subject_id as user_id, q.resource_id, x.bc_id, x.former
  from question q
 cross join lateral (
       select y.bc_id, bool_or(y.former) as former from (
         select q.bc_id, false as former where q.bc_id is not null
         union all
         select m.bc_id, false from member m
          where q.bc_id is null and m.user_id = q.subject_id and m.valid_to is null
         union all
         select e.bc_id, true from assignment e
          where q.bc_id is null and e.user_id = q.subject_id and e.tiktok_account_id = q.resource_id
            and e.valid_to is not null
       ) y group by y.bc_id
     ) x
 where q.kind = 'tiktok_account' and q.subject_type = 'user'`;

/** What a path is projected from. */
export interface Path {
  loaded: Loaded;
  via: 'BUSINESS_CENTER' | 'ACCOUNT_LINK' | 'OWNER';
  /** The Business Center that it leads through; null: none. */
  center: string | null;
  role?: string | null | undefined;
  grant?: RowOf<typeof GRANT> | undefined;
  assignment?: RowOf<typeof ASSIGNMENT> | undefined;
  link?: RowOf<typeof LINK>;
  frozen?: boolean;
}

/** Every path of a question: through Business Centers, by an account link, as the owner. */
export function pathsFrom(loaded: Loaded): Path[] {
  const { subjectType, subjectId, resourceId } = loaded.question;
  const links = loaded.all(LINK).map((link): Path => ({ loaded, via: 'ACCOUNT_LINK', center: null, link }));
  const isOwner = subjectType === 'tiktok_account' && subjectId === resourceId && loaded.one(ACCOUNT) !== undefined;
  const owner: Path[] = isOwner ? [{ loaded, via: 'OWNER', center: null }] : [];
  return [...centerPaths(loaded), ...links, ...owner];
}

function centerPaths(loaded: Loaded): Path[] {
  const { subjectType, properties, within } = loaded.question;
  if (subjectType !== 'user') return [];
  const memberships = new Map(loaded.all(MEMBERSHIP).map((row) => [row.bc_id, row]));
  const grants = new Map(loaded.all(GRANT).map((row) => [row.bc_id, row]));
  const assignments = new Map(loaded.all(ASSIGNMENT).map((row) => [row.bc_id, row]));
  const frozen = new Set(loaded.all(CENTER_FREEZE).map((row) => row.bc_id));
  const own = [...memberships.keys(), ...loaded.all(FORMER_ASSIGNMENT).map((row) => row.bc_id)];
  const centers = properties.bc_id == null ? new Set(own) : [properties.bc_id];
  return [...centers].flatMap((center): Path[] => {
    if (center === null || within?.includes(center) === false) return [];
    const rest = {
      role: memberships.get(center)?.user_role,
      grant: grants.get(center),
      assignment: assignments.get(center),
      frozen: frozen.has(center),
    };
    return [{ loaded, via: 'BUSINESS_CENTER', center, ...rest }];
  });
}

export const PATH_SLICES = [ACCOUNT, MEMBERSHIP, GRANT, ASSIGNMENT, FORMER_ASSIGNMENT, CENTER_FREEZE, LINK];
