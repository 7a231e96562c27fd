/** The Business Centers that the key of a question `q` is confined to. */
export const KEY_CENTERS = 'array(select jsonb_array_elements_text(q.within))';

/** Where a user is known from, for {@link existsAny}; `id` is SQL. */
export function knownUser(id: string): string[] {
  return [
    `member m where m.user_id = ${id} and m.valid_to is null`,
    `ad_account_member m where m.user_id = ${id} and m.valid_to is null`,
    `account_link l where l.user_id = ${id} and l.valid_to is null`,
    `entity e where e.id = ${id} and e.type = 'user'`,
  ];
}

/** Where something of a kind of ours is known from; null for other types, of which entities alone are known. */
export function knownFrom(type: string, id: string): string[] | null {
  return KNOWN.get(type)?.(id) ?? null;
}

/** By kind. Anybody may name a type, so names that every object has are no kinds of ours. */
const KNOWN: ReadonlyMap<string, (id: string) => string[]> = new Map([
  ['user', knownUser],
  ['tiktok_account', (id) => [`tiktok_account t where t.id = ${id}`]],
  ['business_center', (id) => [`business_center b where b.bc_id = ${id}`]],
  ['ad_account', (id) => [`ad_account a where a.advertiser_id = ${id}`]],
  ['access_request', (id) => [`access_request r where r.id = ${asUuid(id)}`]],
]);

/**
 * SQL that tells whether something concerns any of the Business Centers that a key is confined to; what does not is to
 * that key as if it did not exist. Null for types that belong to no Business Center. `id` and `centers` are SQL.
 */
export function ofCenters(type: string, id: string, centers: string): string | null {
  return OF_CENTERS.get(type)?.(id, centers) ?? null;
}

/** Whether what is of a type belongs to Business Centers, as {@link ofCenters} tells. */
export function isOfCenters(type: string): boolean {
  return OF_CENTERS.has(type);
}

const OF_CENTERS: ReadonlyMap<string, (id: string, centers: string) => string> = new Map([
  ['user', isMember],
  ['tiktok_account', holdOrHeld],
  ['business_center', (id, centers) => `${id} = any(${centers})`],
  [
    'ad_account',
    (id, centers) => `exists (select from ad_account o where o.advertiser_id = ${id} and o.bc_id = any(${centers}))`,
  ],
  [
    'access_request',
    (id, centers) => `exists (select from access_request o where o.id = ${asUuid(id)} and o.bc_id = any(${centers}))`,
  ],
]);

/** SQL that tells whether a user is a member of any of the Business Centers. */
export function isMember(id: string, centers: string): string {
  return `exists (select from member o where o.user_id = ${id} and o.bc_id = any(${centers}) and o.valid_to is null)`;
}

/**
 * SQL that tells whether any of the Business Centers holds a grant on an account, or held one. A request that names the
 * account does not count: whoever may request would else find out which ids exist.
 */
export function holdOrHeld(id: string, centers: string): string {
  return `exists (select from account_grant o where o.tiktok_account_id = ${id} and o.bc_id = any(${centers}))`;
}

/** SQL that tells whether anything is known of something, whatever its type; `type` and `id` are SQL. */
export function isKnown(type: string, id: string): string {
  const own = [...KNOWN].map(([kind, from]) => `when '${kind}' then ${existsAny(from(id))}`);
  return `case ${type} ${own.join(' ')} else ${existsAny([`entity e where e.type = ${type} and e.id = ${id}`])} end`;
}

/** As {@link ofCenters}, whatever the type. */
export function isInSight(type: string, id: string, centers: string): string {
  const own = [...OF_CENTERS].map(([kind, is]) => `when '${kind}' then ${is(id, centers)}`);
  return `case ${type} ${own.join(' ')} else true end`;
}

/** SQL that tells whether any of the sources has a row. */
export function existsAny(sources: readonly string[]): string {
  return sources.map((from) => `exists (select from ${from})`).join(' or ');
}

/** SQL that reads text as a UUID, null where it is none. */
export function asUuid(text: string): string {
  return `case when ${text} ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then ${text}::uuid end`;
}
