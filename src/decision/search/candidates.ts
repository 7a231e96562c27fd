import type { ActionProperties } from '../action-properties.ts';

/** SQL that gives the column `id` in key order, after $1, at most $2 of them; `values` are $3 and on. */
export interface Candidates {
  text: string;
  values: unknown[];
}

/** The sides of a search: what stands still, and what is looked for. */
export interface Sides {
  moving: 'subject' | 'resource';
  type: string;
  /** The other side. */
  fixed: { type: string; id: string };
  properties: ActionProperties;
}

/** Everything known of a type. */
export function universe(type: string): Candidates {
  switch (type) {
    case 'user':
      return merged(
        [
          'select user_id as id from member where valid_to is null',
          'select user_id as id from ad_account_member where valid_to is null',
          'select user_id as id from account_link where valid_to is null',
          `select id from entity where type = 'user'`,
        ],
        [],
      );
    case 'tiktok_account':
      return merged(['select id from tiktok_account'], []);
    case 'business_center':
      return merged(['select bc_id as id from business_center'], []);
    case 'access_request':
      return merged(['select id::text as id from access_request'], []);
    default:
      return merged(['select id from entity where type = $3'], [type]);
  }
}

/**
 * The ids that some fact connects with the fixed side. All others of the type share the facts of a stranger. Null where
 * no such bound is known, so that everything has to be looked at.
 */
export function reached(sides: Sides): Candidates | null {
  const { fixed, moving, type } = sides;
  const kind = moving === 'resource' ? type : fixed.type;
  if (kind === 'tiktok_account') return moving === 'resource' ? accountsOf(sides) : subjectsOfAccount(sides);
  if (kind === 'business_center') return moving === 'resource' ? centersOf(sides) : subjectsOfCenter(sides);
  if (kind === 'access_request') return moving === 'resource' ? requestsOf(sides) : subjectsOfRequest(sides);
  return null;
}

const NOBODY = merged([`select ''::text as id where false`], []);

function accountsOf({ fixed, properties }: Sides): Candidates {
  const bcId = properties.bc_id ?? null;
  const held =
    bcId === null
      ? 'g.bc_id in (select m.bc_id from member m where m.user_id = $3 and m.valid_to is null)'
      : 'g.bc_id = $4';
  const ofUser = [
    `select g.tiktok_account_id as id from account_grant g where ${held} and g.valid_to is null`,
    `select g.tiktok_account_id as id from account_grant g where ${held} and g.valid_to is not null`,
    'select tiktok_account_id as id from assignment where user_id = $3 and valid_to is not null',
    'select tiktok_account_id as id from account_link where user_id = $3 and valid_to is null',
  ];
  const itself = ['select id from tiktok_account where id = $3'];
  // A named post belongs to one account, which therefore is like no other.
  const ofPost = ['select id from tiktok_account where id = $5'];
  const sources = fixed.type === 'user' ? ofUser : fixed.type === 'tiktok_account' ? itself : [];
  return merged([...sources, ...ofPost], [fixed.id, bcId, properties.post?.tiktok_account_id ?? null]);
}

function subjectsOfAccount({ fixed, type, properties }: Sides): Candidates {
  if (type === 'tiktok_account') return merged(['select id from tiktok_account where id = $3'], [fixed.id]);
  if (type !== 'user') return NOBODY;
  const bcId = properties.bc_id ?? null;
  const holders =
    bcId === null ? 'm.bc_id in (select g.bc_id from account_grant g where g.tiktok_account_id = $3)' : 'm.bc_id = $4';
  return merged(
    [
      `select m.user_id as id from member m where ${holders} and m.valid_to is null`,
      // Whoever was removed may be nobody any more.
      `select a.user_id as id from assignment a
        where a.tiktok_account_id = $3 and a.valid_to is not null and (${existsAny(knownUser('a.user_id'))})`,
      'select user_id as id from account_link where tiktok_account_id = $3 and valid_to is null',
      'select user_id as id from ad_account_member where advertiser_id = $5 and valid_to is null',
    ],
    [fixed.id, bcId, properties.advertiser_id ?? null],
  );
}

function centersOf({ fixed }: Sides): Candidates {
  if (fixed.type !== 'user') return NOBODY;
  return merged(['select bc_id as id from member where user_id = $3 and valid_to is null'], [fixed.id]);
}

function subjectsOfCenter({ fixed, type }: Sides): Candidates {
  if (type !== 'user') return NOBODY;
  return merged(['select user_id as id from member where bc_id = $3 and valid_to is null'], [fixed.id]);
}

function requestsOf({ fixed }: Sides): Candidates {
  const text =
    fixed.type === 'user'
      ? `select r.id::text as id from access_request r
          where r.bc_id in (select m.bc_id from member m where m.user_id = $3 and m.valid_to is null)`
      : 'select id::text as id from access_request where tiktok_account_id is null or tiktok_account_id = $3';
  return merged([text], [fixed.id]);
}

function subjectsOfRequest({ fixed, type }: Sides): Candidates | null {
  if (type === 'tiktok_account') return null;
  if (type !== 'user') return NOBODY;
  return merged(
    [
      `select m.user_id as id from member m
        where m.bc_id = (select r.bc_id from access_request r where r.id::text = $3) and m.valid_to is null`,
    ],
    [fixed.id],
  );
}

/** Whether something of a type is known, as SQL that gives one row `known`. */
export function known(type: string, id: string): Candidates {
  const own = KNOWN.get(type);
  const exists = own ?? ['entity where id = $1 and type = $2'];
  return { text: `select ${existsAny(exists)} as known`, values: own ? [id] : [id, type] };
}

function existsAny(sources: readonly string[]): string {
  return sources.map((from) => `exists (select from ${from})`).join(' or ');
}

/** Where a user is known from; `id` is SQL. */
function knownUser(id: string): string[] {
  return [
    `member m where m.user_id = ${id} and m.valid_to is null`,
    `ad_account_member m where m.user_id = ${id} and m.valid_to is null`,
    `account_link l where l.user_id = ${id} and l.valid_to is null`,
    `entity e where e.id = ${id} and e.type = 'user'`,
  ];
}

/** By kind. Anybody may name a type, so names that every object has are no kinds of ours. */
const KNOWN: ReadonlyMap<string, string[]> = new Map([
  ['user', knownUser('$1')],
  ['tiktok_account', ['tiktok_account where id = $1']],
  ['business_center', ['business_center where bc_id = $1']],
  ['access_request', ['access_request where id::text = $1']],
]);

/** Merges sources of ids, each in key order and no longer than needed. */
function merged(sources: readonly string[], values: unknown[]): Candidates {
  const limited = sources.map(
    (source) => `(select distinct s.id from (${source}) s where s.id > $1 order by s.id limit $2)`,
  );
  const typed = values.map((_, index) => `$${index + 3}::text is null`);
  // Every parameter is mentioned, so that PostgreSQL knows the type of those that a source leaves out.
  const mention = typed.length > 0 ? ` where (${typed.join(' or ')}) is not null` : '';
  return { text: `select u.id from (${limited.join(' union ')}) u${mention} order by u.id limit $2`, values };
}
