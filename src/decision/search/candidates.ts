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
  /** The Business Centers that the caller's key is confined to; null = not confined. */
  within: readonly string[] | null;
}

/** Everything known of the type that moves. */
export function universe(sides: Pick<Sides, 'type' | 'within'>): Candidates {
  switch (sides.type) {
    case 'user':
      return merged(
        [
          'select user_id as id from member where valid_to is null',
          'select user_id as id from ad_account_member where valid_to is null',
          'select user_id as id from account_link where valid_to is null',
          `select id from entity where type = 'user'`,
        ],
        [],
        sides,
      );
    case 'tiktok_account':
      return merged(['select id from tiktok_account'], [], sides);
    case 'business_center':
      return merged(['select bc_id as id from business_center'], [], sides);
    case 'access_request':
      return merged(['select id::text as id from access_request'], [], sides);
    default:
      return merged(['select id from entity where type = $3'], [sides.type], sides);
  }
}

/** Whether something of a type is known to the caller, as SQL that gives one row `known`. */
export function known(type: string, id: string, within: Sides['within']): Candidates {
  const own = KNOWN.get(type);
  const values: unknown[] = own ? [id] : [id, type];
  const exists = existsAny(own ?? ['entity where id = $1 and type = $2']);
  const ofCenters = within && OF_CENTERS.get(type)?.('$1', `$${values.push(within)}::text[]`);
  return { text: `select (${exists})${ofCenters ? ` and ${ofCenters}` : ''} as known`, values };
}

/**
 * What a key knows that is confined to Business Centers, by type; `id` and `centers` are SQL. Whatever is no kind of
 * ours belongs to no Business Center.
 */
const OF_CENTERS: ReadonlyMap<string, (id: string, centers: string) => string> = new Map([
  [
    'user',
    (id, centers) =>
      `exists (select from member o where o.user_id = ${id} and o.bc_id = any(${centers}) and o.valid_to is null)`,
  ],
  [
    'tiktok_account',
    (id, centers) =>
      `exists (select from account_grant o where o.tiktok_account_id = ${id} and o.bc_id = any(${centers}))`,
  ],
  ['business_center', (id, centers) => `${id} = any(${centers})`],
  [
    'access_request',
    (id, centers) => `exists (select from access_request o where o.id = ${asUuid(id)} and o.bc_id = any(${centers}))`,
  ],
]);

/** SQL that tells whether any of the sources has a row. */
export function existsAny(sources: readonly string[]): string {
  return sources.map((from) => `exists (select from ${from})`).join(' or ');
}

/** Where a user is known from, for {@link existsAny}; `id` is SQL. */
export function knownUser(id: string): string[] {
  return [
    `member m where m.user_id = ${id} and m.valid_to is null`,
    `ad_account_member m where m.user_id = ${id} and m.valid_to is null`,
    `account_link l where l.user_id = ${id} and l.valid_to is null`,
    `entity e where e.id = ${id} and e.type = 'user'`,
  ];
}

/** SQL that reads text as a UUID, null where it is none. */
export function asUuid(text: string): string {
  return `case when ${text} ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then ${text}::uuid end`;
}

/** By kind. Anybody may name a type, so names that every object has are no kinds of ours. */
const KNOWN: ReadonlyMap<string, string[]> = new Map([
  ['user', knownUser('$1')],
  ['tiktok_account', ['tiktok_account where id = $1']],
  ['business_center', ['business_center where bc_id = $1']],
  ['access_request', [`access_request where id = ${asUuid('$1')}`]],
]);

/** Merges sources of ids, each in key order and no longer than needed. */
export function merged(
  sources: readonly string[],
  values: readonly unknown[],
  { type, within }: Pick<Sides, 'type' | 'within'>,
): Candidates {
  const all = [...values];
  const ofCenters = within && OF_CENTERS.get(type)?.('s.id', `$${all.push(within) + 2}::text[]`);
  const limited = sources.map(
    (source) =>
      `(select distinct s.id from (${source}) s where s.id > $1${ofCenters ? ` and ${ofCenters}` : ''} order by s.id limit $2)`,
  );
  if (limited.length === 0) limited.push(`(select $1::text as id limit $2 * 0)`);
  // Every parameter is mentioned, so that PostgreSQL knows the type of those that a source leaves out.
  const typed = all.map((value, index) => `$${index + 3}::text${Array.isArray(value) ? '[]' : ''} is null`);
  const mention = typed.length > 0 ? ` where (${typed.join(' or ')}) is not null` : '';
  return { text: `select u.id from (${limited.join(' union ')}) u${mention} order by u.id limit $2`, values: all };
}
