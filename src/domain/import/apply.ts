import type { Audit, Tx } from '../transact.ts';
import { requirePlaces } from './places.ts';
import { badLine } from './read-lines.ts';
import { latest, sameKey, type Relation } from './relation.ts';

const CENTER = { column: 'bc_id', table: 'business_center', key: 'bc_id' };
const ACCOUNT = { column: 'tiktok_account_id', table: 'tiktok_account', key: 'id' };
const AD_ACCOUNT = { column: 'advertiser_id', table: 'ad_account', key: 'advertiser_id' };

const REPLACEABLE: readonly Relation[] = [
  { type: 'member', key: ['bc_id', 'user_id'], value: 'user_role', references: [CENTER] },
  { type: 'ad_account_member', key: ['advertiser_id', 'user_id'], value: 'advertiser_role', references: [AD_ACCOUNT] },
  { type: 'account_link', key: ['tiktok_account_id', 'user_id'], value: 'scopes', references: [ACCOUNT] },
];

/** Brings everything staged into the tables, and tells which requests that ended: later lines win over earlier ones, what is already so stays as it is. */
export async function applyStaged(tx: Tx): Promise<Audit[]> {
  await tx.query(NOUNS.business_center, []);
  await requireKnown(tx, { type: 'ad_account', references: [CENTER] });
  await tx.query(NOUNS.ad_account, []);
  await tx.query(NOUNS.tiktok_account, []);
  for (const relation of REPLACEABLE) {
    await replace(tx, relation);
  }
  await openGrants(tx);
  await openAssignments(tx);
  return voidRequests(tx);
}

const NOUNS = {
  business_center: `
    insert into business_center (bc_id, name)
    select distinct on (fact->>'bc_id') fact->>'bc_id', fact->>'name'
      from staged where type = 'business_center' order by fact->>'bc_id', line desc
    on conflict (bc_id) do update set name = excluded.name where business_center.name <> excluded.name`,
  ad_account: `
    insert into ad_account (advertiser_id, name, bc_id)
    select distinct on (fact->>'advertiser_id') fact->>'advertiser_id', fact->>'name', fact->>'bc_id'
      from staged where type = 'ad_account' order by fact->>'advertiser_id', line desc
    on conflict (advertiser_id) do update set name = excluded.name, bc_id = excluded.bc_id`,
  tiktok_account: `
    insert into tiktok_account (id, handle, display_name, ad_authorization, showcase)
    select distinct on (fact->>'id') fact->>'id', fact->>'handle', fact->>'display_name',
           (fact->>'ad_authorization')::boolean, nullif(fact->'showcase', 'null'::jsonb)
      from staged where type = 'tiktok_account' order by fact->>'id', line desc
    on conflict (id) do update set handle = excluded.handle, display_name = excluded.display_name,
           ad_authorization = excluded.ad_authorization, showcase = excluded.showcase`,
};

async function requireKnown(tx: Tx, { type, references }: Pick<Relation, 'type' | 'references'>): Promise<void> {
  for (const { column, table, key } of references) {
    const [missing] = await tx.query<{ line: number; id: string }>(
      `select s.line, s.fact->>'${column}' as id from staged s
        where s.type = $1 and s.fact->>'${column}' is not null
          and not exists (select from ${table} t where t.${key} = s.fact->>'${column}')
        order by s.line limit 1`,
      [type],
    );
    if (missing) throw badLine(missing.line, `${column}: there is no ${table} ${missing.id}`);
  }
}

async function replace(tx: Tx, relation: Relation): Promise<void> {
  const { type, key, value } = relation;
  await requireKnown(tx, relation);
  await tx.query(
    `${latest(relation)}
     update ${type} t set valid_to = $1, ended_by = $2, ended_revision = $3 from latest
      where ${sameKey(relation)} and t.valid_to is null and t.${value} <> latest.${value}`,
    [tx.at, tx.by, tx.revision],
  );
  await requirePlaces(tx, relation);
  await tx.query(
    `${latest(relation)}
     insert into ${type} (${[...key, value].join(', ')}, valid_from, begun_by, begun_revision)
     select ${[...key, value].join(', ')}, $1, $2, $3 from latest
      where not exists (select from ${type} t where ${sameKey(relation)} and t.valid_to is null)`,
    [tx.at, tx.by, tx.revision],
  );
}

const GRANT: Relation = {
  type: 'account_grant',
  key: ['bc_id', 'tiktok_account_id'],
  value: 'scopes',
  references: [CENTER, ACCOUNT],
};

/** A grant that is held stays as its owner gave it: an import may add grants, not change them. */
async function openGrants(tx: Tx): Promise<void> {
  await requireKnown(tx, GRANT);
  const [other] = await tx.query<{ line: number }>(
    `${latest(GRANT)}
     select latest.line from latest join account_grant t on ${sameKey(GRANT)} and t.valid_to is null
      where t.scopes <> latest.scopes order by latest.line limit 1`,
    [],
  );
  if (other) throw badLine(other.line, 'this Business Center holds a grant with other scopes; revoke it first');
  await requirePlaces(tx, GRANT);
  await tx.query(
    `${latest(GRANT)}
     insert into account_grant (bc_id, tiktok_account_id, scopes, valid_from, begun_by, begun_revision)
     select bc_id, tiktok_account_id, scopes, $1, $2, $3 from latest
      where not exists (select from account_grant t where ${sameKey(GRANT)} and t.valid_to is null)`,
    [tx.at, tx.by, tx.revision],
  );
}

const ASSIGNMENT: Relation = {
  type: 'assignment',
  key: ['bc_id', 'tiktok_account_id', 'user_id'],
  value: 'scopes',
  references: [],
};

async function openAssignments(tx: Tx): Promise<void> {
  const [loose] = await tx.query<{ line: number }>(
    `${latest(ASSIGNMENT)}
     select latest.line from latest
      where not exists (select from account_grant g where g.bc_id = latest.bc_id
              and g.tiktok_account_id = latest.tiktok_account_id and g.valid_to is null and latest.scopes <@ g.scopes)
         or not exists (select from member m where m.bc_id = latest.bc_id and m.user_id = latest.user_id
              and m.valid_to is null)
      order by latest.line limit 1`,
    [],
  );
  if (loose)
    throw badLine(loose.line, 'an assignment needs a current grant that holds its scopes, and a current member');
  await tx.query(
    `${latest(ASSIGNMENT)}
     update assignment t set valid_to = $1, ended_by = $2, ended_revision = $3 from latest
      where ${sameKey(ASSIGNMENT)} and t.valid_to is null and t.scopes <> latest.scopes`,
    [tx.at, tx.by, tx.revision],
  );
  await tx.query(
    `${latest(ASSIGNMENT)}
     insert into assignment (grant_id, bc_id, tiktok_account_id, user_id, scopes, valid_from, begun_by, begun_revision)
     select g.id, latest.bc_id, latest.tiktok_account_id, latest.user_id, latest.scopes, $1, $2, $3
       from latest join account_grant g on g.bc_id = latest.bc_id
        and g.tiktok_account_id = latest.tiktok_account_id and g.valid_to is null
      where not exists (select from assignment t where ${sameKey(ASSIGNMENT)} and t.valid_to is null)`,
    [tx.at, tx.by, tx.revision],
  );
}

/** Whoever was demoted by this import has no pending request any more. */
async function voidRequests(tx: Tx): Promise<Audit[]> {
  const voided = await tx.query<{ id: string; bc_id: string }>(
    `update access_request r set status = 'VOID', closed_at = $1, closed_by = $2, revision = $3
      where r.status = 'PENDING' and r.expires_at > $1 and not exists (
        select from member m where m.bc_id = r.bc_id and m.user_id = r.requested_by and m.valid_to is null
           and m.user_role = 'ADMIN')
      returning r.id, r.bc_id`,
    [tx.at, tx.by, tx.revision],
  );
  return voided.map(({ id, bc_id: bcId }) => ({
    event: 'access_request.void',
    subject: { type: 'access_request', id },
    bcId,
  }));
}
