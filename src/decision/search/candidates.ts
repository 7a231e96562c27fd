import type { ActionProperties } from '../../facts/action-properties.ts';
import { existsAny, isOfCenters, knownFrom, ofCenters } from '../../facts/known.ts';

/** SQL that gives {@link Candidate}s in key order, after $1, at most $2 of them; `values` are $3 and on. */
export interface Candidates {
  text: string;
  values: unknown[];
}

/** An id that may be found. */
export interface Candidate {
  id: string;
  /** The number of the nearest tier that it lies in. */
  tier: number;
}

/** SQL of ids that lie in a tier. */
export interface Source {
  from: string;
  tier: number;
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
  const { sources, values } = everything(sides.type);
  return merged(
    sources.map((from) => ({ from, tier: 0 })),
    values,
    sides,
  );
}

/** SQL of the access requests that a search may find, to which a condition is added. */
export const NAMED_REQUESTS = 'select r.id::text as id from access_request r where r.tiktok_account_id is not null and';

function everything(type: string): { sources: string[]; values: unknown[] } {
  switch (type) {
    case 'user':
      return {
        sources: [
          'select user_id as id from member where valid_to is null',
          'select user_id as id from ad_account_member where valid_to is null',
          'select user_id as id from account_link where valid_to is null',
          `select id from entity where type = 'user'`,
        ],
        values: [],
      };
    case 'tiktok_account':
      return { sources: ['select id from tiktok_account'], values: [] };
    case 'business_center':
      return { sources: ['select bc_id as id from business_center'], values: [] };
    case 'ad_account':
      return { sources: ['select advertiser_id as id from ad_account'], values: [] };
    case 'access_request':
      // One that names no account is found by its token alone.
      return { sources: [`${NAMED_REQUESTS} true`], values: [] };
    default:
      return { sources: ['select id from entity where type = $3'], values: [type] };
  }
}

/** Adds a value to a statement, and gives its SQL. */
export type Value = (value: unknown, type: string) => string;

/** SQL that tells whether something is known to the caller. */
export function isKnownTo(within: Sides['within'], { type, id }: Sides['fixed'], value: Value): string {
  const named = value(id, 'text');
  const own = knownFrom(type, named);
  const exists = existsAny(own ?? [`entity where id = ${named} and type = ${value(type, 'text')}`]);
  // A value that nothing mentions has no type.
  const inSight = within && isOfCenters(type) && ofCenters(type, named, value(within, 'text[]'));
  return `(${exists})${inSight ? ` and ${inSight}` : ''}`;
}

/** Merges sources of ids, each in key order and no longer than needed. */
export function merged(
  sources: readonly Source[],
  values: readonly unknown[],
  { type, within }: Pick<Sides, 'type' | 'within'>,
): Candidates {
  const all = [...values];
  const inSight = within && ofCenters(type, 's.id', `$${all.length + 3}::text[]`);
  if (inSight) all.push(within);
  const limited = sources.map(
    ({ from, tier }) =>
      `(select distinct s.id, ${tier} as tier from (${from}) s where s.id > $1${inSight ? ` and ${inSight}` : ''} order by s.id limit $2)`,
  );
  if (limited.length === 0) limited.push(`(select $1::text as id, 0 as tier limit $2 * 0)`);
  // Every parameter is mentioned, so that PostgreSQL knows the type of those that a source leaves out.
  const typed = all.map((value, index) => `$${index + 3}::text${Array.isArray(value) ? '[]' : ''} is null`);
  const mention = typed.length > 0 ? ` where (${typed.join(' or ')}) is not null` : '';
  return {
    text: `select u.id, min(u.tier) as tier
      from (${limited.join(' union all ')}) u${mention} group by u.id order by u.id limit $2`,
    values: all,
  };
}
