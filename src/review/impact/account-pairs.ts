import { AdvertiserRole, UserRole } from '../../domain/vocabulary.ts';
import { frozenNow } from '../../facts/freeze.ts';
import { accountSql, centerPathSql, linkPathSql, PATHS, roleSql, roleWhere, scopesSql } from './path-codes.ts';

const ADMIN = UserRole.options.indexOf('ADMIN') + 1;
const STANDARD = UserRole.options.indexOf('STANDARD') + 1;
/** A role as it is counted: in Business Centers that are frozen, and in those that are not. */
const COUNTED = [STANDARD, ADMIN].flatMap((role) => [false, true].map((isFrozen) => ({ role, isFrozen })));
const countOf = ({ role, isFrozen }: (typeof COUNTED)[number]): string =>
  `${role === ADMIN ? 'admin' : 'standard'}${isFrozen ? '_frozen' : ''}`;
const numberOf = ({ role, isFrozen }: (typeof COUNTED)[number]): string => roleWhere(String(role), String(isFrozen));

// Every pair of a user and a TikTok account that any fact connects: a membership where a grant is or was held, an
// assignment that ended, an account link. The facts are those of the check's own statement; a test holds both against
// each other. Nearly all pairs have one path, through the user's one membership: they are `single`, and are counted
// without being listed. The others are `manifold`, and their paths are put together.

const TABLES = `
frozen_center as materialized ${frozenNow('business_center')},
account as not materialized (
  select t.id, t.handle, ${accountSql('t.ad_authorization', 'z.authority')} as account
    from tiktok_account t left join ${frozenNow('tiktok_account')} z on z.id = t.id
),
grant_state as materialized (
  select g.id, g.bc_id, g.tiktok_account_id, 2 as state, ${scopesSql('g.scopes')} as granted, t.account
    from account_grant g join account t on t.id = g.tiktok_account_id where g.valid_to is null
  union all
  select distinct null::uuid, e.bc_id, e.tiktok_account_id, 1, 0, t.account
    from account_grant e join account t on t.id = e.tiktok_account_id
   where e.valid_to is not null and not exists (
         select from account_grant g
          where g.bc_id = e.bc_id and g.tiktok_account_id = e.tiktok_account_id and g.valid_to is null)
),
running as (
  select user_id, bit_or(${advertiserRoleSql()}) as held from ad_account_member where valid_to is null group by user_id
),
seat as not materialized (
  select m.user_id, m.bc_id, ${roleWhere(roleSql('m.user_role'), 'z.id is not null')} as role
    from member m left join frozen_center z on z.id = m.bc_id where m.valid_to is null
),
person as materialized (
  select m.user_id, ${COUNTED.map((it) => `count(*) filter (where ${numberOf(it)} = m.role) as ${countOf(it)}`).join(', ')},
         coalesce(min(r.held), 0) as held
    from seat m left join running r on r.user_id = m.user_id group by m.user_id
),
membership as materialized (
  select m.user_id, m.bc_id, m.role, p.held, ${COUNTED.map((it) => `p.${countOf(it)}`).join(' + ')} = 1 as single
    from seat m join person p on p.user_id = m.user_id
),
assigned as not materialized (
  select a.grant_id, a.user_id, ${scopesSql('a.scopes')} as assigned from assignment a where a.valid_to is null
),
former as (
  select distinct e.user_id, e.tiktok_account_id, e.bc_id from assignment e
   where e.valid_to is not null and not exists (
         select from member m where m.user_id = e.user_id and m.bc_id = e.bc_id and m.valid_to is null)
),
odd as materialized (
  select user_id, tiktok_account_id from account_link where valid_to is null
  union select user_id, tiktok_account_id from former
),
member_path as not materialized (
  select m.user_id, s.tiktok_account_id, m.bc_id, m.role, m.held, m.single, s.account,
         ${centerPath('m.role', 's.state', 's.granted', 'coalesce(a.assigned, 0)')} as code
    from membership m
    join grant_state s on s.bc_id = m.bc_id
    left join assigned a on a.grant_id = s.id and a.user_id = m.user_id
),
manifold_path as not materialized (
  select user_id, tiktok_account_id, bc_id, role, code from member_path where not single
  union all
  select p.user_id, p.tiktok_account_id, p.bc_id, p.role, p.code from member_path p
    join odd o on o.user_id = p.user_id and o.tiktok_account_id = p.tiktok_account_id where p.single
  union all
  select f.user_id, f.tiktok_account_id, f.bc_id, 0, ${centerPath(roleWhere('0', 'z.id is not null'), 'coalesce(s.state, 0)', 'coalesce(s.granted, 0)', '0')}
    from former f left join frozen_center z on z.id = f.bc_id left join grant_state s on s.bc_id = f.bc_id and s.tiktok_account_id = f.tiktok_account_id
  union all
  select user_id, tiktok_account_id, null, 0, ${linkPathSql(scopesSql('scopes'))}
    from account_link where valid_to is null
),
manifold_pair as not materialized (
  select p.user_id, p.tiktok_account_id, t.account, coalesce(u.held, r.held, 0) as held, (p.paths
           ${COUNTED.map((it) => `| set_bit(0::bit(${PATHS}), ${elsewhere(numberOf(it))}, (p.${countOf(it)} < coalesce(u.${countOf(it)}, 0))::int)`).join(' ')})::text as paths
    from (select user_id, tiktok_account_id, bit_or(set_bit(0::bit(${PATHS}), code, 1)) as paths,
                 ${COUNTED.map((it) => `count(*) filter (where role = ${numberOf(it)}) as ${countOf(it)}`).join(', ')}
            from manifold_path group by user_id, tiktok_account_id) p
    join account t on t.id = p.tiktok_account_id
    left join person u on u.user_id = p.user_id
    left join running r on r.user_id = p.user_id
)`;

function centerPath(role: string, state: string, granted: string, assigned: string): string {
  return centerPathSql({ role, state, granted, assigned });
}

/** The path of a membership in a Business Center that holds no grant on the account. */
function elsewhere(role: string): string {
  return centerPath(role, '0', '0', '0');
}

function advertiserRoleSql(): string {
  return `case advertiser_role ${AdvertiserRole.options.map((it, bit) => `when '${it}' then ${2 ** bit}`).join(' ')} end`;
}

/** Pairs whose facts are alike: a single path or a set of paths, the account's number, and roles in ad accounts. */
export interface PairGroup {
  /** The number of the single path; null: there is a set. */
  code: number | null;
  paths: string | null;
  /** The number of what is known of the account by itself. */
  account: number;
  /** The roles that the user holds in any ad accounts, a bit each. */
  held: number;
  pairs: string;
}

/** Single pairs: all members times all grants of each Business Center; those with an assignment are taken from there. */
export const SINGLE_GROUPS = `with ${TABLES}, counted as (
  select ${centerPath('m.role', 's.state', 's.granted', '0')} as code, s.account, m.held, sum(m.n * s.n) as n
    from (select bc_id, role, held, count(*) as n from membership where single group by 1, 2, 3) m
    join (select bc_id, state, granted, account, count(*) as n from grant_state group by 1, 2, 3, 4) s
      on s.bc_id = m.bc_id
   group by 1, 2, 3
  union all
  select ${centerPath('role', '2', 'granted', 'case side when 1 then assigned else 0 end')}, account, held,
         sum(n * side)
    from (select m.role, s.granted, a.assigned, s.account, m.held, count(*) as n
            from assigned a
            join grant_state s on s.id = a.grant_id
            join membership m on m.user_id = a.user_id and m.bc_id = s.bc_id and m.single
           group by 1, 2, 3, 4, 5) a, (values (1), (-1)) as sides (side)
   group by 1, 2, 3
  union all
  select p.code, p.account, p.held, -count(*)
    from member_path p join odd o on o.user_id = p.user_id and o.tiktok_account_id = p.tiktok_account_id
   where p.single group by 1, 2, 3
)
select code, null::text as paths, account, held::int, sum(n)::text as pairs
  from counted group by 1, 3, 4 having sum(n) <> 0`;

/** Manifold pairs. */
export const MANIFOLD_GROUPS = `with ${TABLES}
select null::int as code, paths, account, held::int, count(*)::text as pairs
  from manifold_pair group by paths, account, held`;

/** Accounts and Business Centers between which one who is no member finds the same. */
export type OutsiderGroup = Pick<PairGroup, 'account'> & { code: number };

/** What somebody finds who names a Business Center of others that holds a grant on an account, or held one. */
export const OUTSIDER_GROUPS = `with ${TABLES}
select distinct ${centerPath(roleWhere('0', 'z.id is not null'), 's.state', 's.granted', '0')} as code, s.account
  from grant_state s left join frozen_center z on z.id = s.bc_id order by 1, 2`;

/** Changed pairs; of some users alone, where a condition says so. */
const touched = ({ how, ofUsers = 'true' }: { how: string; ofUsers?: string }): string => `changed as materialized (
  select * from unnest($1::int[], $2::text[], $3::int[], $4::int[], $5::int[]) as c (code, paths, account, held, sig)
),
touched as ${how} (
  select c.sig, p.subject, p.resource, p.bc_id, p.manifold
    from (select p.user_id as subject, p.tiktok_account_id as resource, p.bc_id, p.code, null::text as paths, p.held,
                 p.account, false as manifold
            from member_path p
            left join odd o on o.user_id = p.user_id and o.tiktok_account_id = p.tiktok_account_id
           where p.single and o.user_id is null and p.held = any($4::int[]) and p.code = any($1::int[])
             and ${ofUsers}
          union all
          select p.user_id, p.tiktok_account_id, null, -1, p.paths, p.held, p.account, true
            from manifold_pair p where p.paths = any($2::text[]) and ${ofUsers}
          -- Together with what follows it would be planned as if few pairs came through.
          offset 0) p
    join changed c on c.code = p.code and c.held = p.held and c.account = p.account and c.paths is not distinct from p.paths
)`;

/**
 * How many pairs each user, each account and each Business Center has among changed groups, by the number of the change.
 * A manifold pair counts in the Business Centers through which a path comes that changes the decision by itself ($6, $7, $8).
 */
export const PAIR_TALLIES = `with ${TABLES}, ${touched({ how: 'materialized' })}
select sig, null::int as part, subject, resource, bc_id, count(*)::int as pairs
  from touched group by grouping sets ((sig, subject), (sig, resource), (sig, bc_id))
union all
select t.sig, r.part, null, null, p.bc_id, count(*)::int
  from touched t
  join manifold_path p on p.user_id = t.subject and p.tiktok_account_id = t.resource
  join unnest($6::int[], $7::int[], $8::int[]) as r (sig, part, code) on r.sig = t.sig and r.code = p.code
 where t.manifold and p.bc_id is not null group by 1, 2, 5`;

/** The pairs of some users ($6) among changed groups, by name. */
export const PAIR_NAMES = `with ${TABLES}, ${touched({ how: 'not materialized', ofUsers: 'p.user_id = any($6::text[])' })}
select sig, subject, resource, coalesce(a.handle, resource) as label from touched
  join tiktok_account a on a.id = resource
 order by subject, resource`;
