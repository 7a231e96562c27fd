import type { Client } from 'pg';
import type { World } from './world.ts';

/** What holds now, as the database has it: one text a fact. */
const FACTS = `
  select json_build_array('business_center', bc_id) as fact from business_center
  union all select json_build_array('member', bc_id, user_id, user_role) from member where valid_to is null
  union all select json_build_array('ad_account', advertiser_id, bc_id) from ad_account
  union all select json_build_array('ad_account_member', advertiser_id, user_id, advertiser_role)
    from ad_account_member where valid_to is null
  union all select json_build_array('tiktok_account', id, ad_authorization) from tiktok_account
  union all select json_build_array('account_link', tiktok_account_id, user_id, sorted(scopes))
    from account_link where valid_to is null
  union all select json_build_array('account_grant', bc_id, tiktok_account_id, sorted(scopes))
    from account_grant where valid_to is null
  union all select json_build_array('assignment', bc_id, tiktok_account_id, user_id, sorted(scopes))
    from assignment where valid_to is null
  union all select json_build_array('frozen', kind, resource_id, authority) from resource_freeze where valid_to is null
  union all select json_build_array('access_request', id, case
      when status = 'PENDING' and expires_at <= now() then 'EXPIRED' else status end) from access_request`.replaceAll(
  /sorted\((\w+)\)/g,
  '(select array_agg(scope order by scope) from unnest($1) as scope)',
);

export async function storedFacts(database: Client): Promise<string[]> {
  const { rows } = await database.query<{ fact: unknown[] }>({ name: 'stored facts', text: FACTS });
  return rows.map(({ fact }) => JSON.stringify(fact)).toSorted();
}

/** The same of the world that should be. */
export function factsOf(world: World): string[] {
  const facts: unknown[][] = [];
  for (const [bcId, { members, grants }] of world.centers) {
    facts.push(['business_center', bcId], ...[...members].map(([user, role]) => ['member', bcId, user, role]));
    for (const [account, { active, scopes, assignments }] of grants) {
      if (active) facts.push(['account_grant', bcId, account, scopes]);
      facts.push(...[...assignments].map(([user, some]) => ['assignment', bcId, account, user, some]));
    }
  }
  for (const [id, { bcId, roles }] of world.adAccounts) {
    facts.push(['ad_account', id, bcId], ...[...roles].map(([user, role]) => ['ad_account_member', id, user, role]));
  }
  for (const [id, { adAuthorization, links }] of world.accounts) {
    facts.push(['tiktok_account', id, adAuthorization]);
    facts.push(...[...links].map(([user, scopes]) => ['account_link', id, user, scopes]));
  }
  for (const [name, authorities] of world.frozen) {
    const at = name.indexOf(' ');
    facts.push(...[...authorities].map((it) => ['frozen', name.slice(0, at), name.slice(at + 1), it]));
  }
  facts.push(...world.requests.map(({ id, status }) => ['access_request', id, status]));
  return facts.map((fact) => JSON.stringify(fact)).toSorted();
}

/** Where the two differ; null = nowhere. */
export function factsDiffer(stored: string[], expected: string[]): string | null {
  const [has, wants] = [new Set(stored), new Set(expected)];
  const more = stored.filter((fact) => !wants.has(fact));
  const less = expected.filter((fact) => !has.has(fact));
  return more.length + less.length === 0
    ? null
    : `stored, but not so: ${more.join(' ')}; so, but not stored: ${less.join(' ')}`;
}
