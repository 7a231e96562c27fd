import type { Tx } from '../transact.ts';
import type { FactType } from './fact-line.ts';
import { endAssignments, endRoles, recordRoles } from './hanging.ts';
import type { Replacement, ReplaceScope } from './modes.ts';
import { hasMoved, keyOfRow, type Others } from './others.ts';
import { requireFew, type Share } from './require-few.ts';
import { recordAll } from './trail.ts';

/** What a scope ends: current rows `t` of these Business Centers ($1) whose key no line has. */
interface Ending {
  type: FactType;
  key: readonly string[];
  /** The column that its entries of the trail tell. */
  value: string;
  from: string;
  /** SQL of the Business Center of a row `t`. */
  bcId: string;
  event: string;
  subject: { type: 'tiktok_account' | 'user'; id: string };
  /** The column that entries name beside the value. */
  about?: string;
}

export const ENDINGS: Record<Exclude<ReplaceScope, 'ad_accounts'>, Ending> = {
  members: {
    type: 'member',
    key: ['bc_id', 'user_id'],
    value: 'user_role',
    from: 'member t',
    bcId: 't.bc_id',
    event: 'member.removed',
    subject: { type: 'user', id: 'm.user_id' },
  },
  ad_account_members: {
    type: 'ad_account_member',
    key: ['advertiser_id', 'user_id'],
    value: 'advertiser_role',
    from: 'ad_account_member t join ad_account a using (advertiser_id)',
    bcId: 'a.bc_id',
    event: 'ad_account_member.removed',
    subject: { type: 'user', id: 'm.user_id' },
    about: 'advertiser_id',
  },
  account_grants: {
    type: 'account_grant',
    key: ['bc_id', 'tiktok_account_id'],
    value: 'scopes',
    from: 'account_grant t',
    bcId: 't.bc_id',
    event: 'account_grant.revoked',
    subject: { type: 'tiktok_account', id: 'm.tiktok_account_id' },
  },
  assignments: {
    type: 'assignment',
    key: ['bc_id', 'tiktok_account_id', 'user_id'],
    value: 'scopes',
    from: 'assignment t',
    bcId: 't.bc_id',
    event: 'assignment.ended',
    subject: { type: 'user', id: 'm.user_id' },
    about: 'tiktok_account_id',
  },
};

/** How many rows end, of each type. */
type Ended = Partial<Record<FactType, number>>;

/**
 * Ends what the file lacks of a scope, and all that hangs on it: `missing_<type>` and `hanging` tell what it was.
 * @param others the import has done so before, and `missing_<type>_before` tells what ended then: what they changed since
 * @throws SparkgateError `limit_reached` where that is more than it may be, since a short file looks like a revocation
 */
export async function endMissing(
  tx: Tx,
  scope: ReplaceScope,
  asked: Replacement,
  others: Others | null,
): Promise<Ended> {
  if (scope === 'ad_accounts') return endMissingAdAccounts(tx, asked, others);
  const ending = ENDINGS[scope];
  const { type, key, value, from, bcId } = ending;
  const missing = `missing_${type}`;
  const columns = key.map((column) => `t.${column}`).join(', ');
  await tx.query(
    `create temporary table ${missing} on commit drop as
     select t.id, ${bcId} as of_bc_id, ${columns}, t.${value} from ${from}
      where t.valid_to is null and ${bcId} = any (${list(asked.bcIds)}) and ${isNewTo(others, type)}
        and ${lacking(type, key, others)}`,
    [],
  );
  if (others && (await isEmpty(tx, missing))) return {};
  await requireFew(tx, { scope, ...endedOf(missing, others !== null), current: currentOf(scope) }, asked);
  const hanging = await endHanging(tx, scope);
  // What others have ended by then is not this write's.
  const [counted] = await tx.query<{ ended: number }>(
    `with ended as (
       update ${type} t set valid_to = greatest(t.valid_from, $1), ended_by = $2, ended_write = $3 from ${missing} m
        where t.id = m.id and t.valid_to is null returning t.id),
     overtaken as (delete from ${missing} m where not exists (select from ended e where e.id = m.id))
     select count(*)::int as ended from ended`,
    [tx.at, tx.by, tx.id],
  );
  const told = ending.about === undefined ? '' : `'${ending.about}', m.${ending.about}, `;
  await recordAll(tx, {
    event: ending.event,
    subject: ending.subject,
    bcId: 'm.of_bc_id',
    before: `jsonb_build_object(${told}'${value}', m.${value})`,
    after: 'null::jsonb',
    from: `${missing} m`,
  });
  return { [type]: counted?.ended ?? 0, ...hanging };
}

/** The type of the facts that a scope ends, and their key. */
export function typeOf(scope: ReplaceScope): Pick<Ending, 'type' | 'key'> {
  return scope === 'ad_accounts' ? { type: 'ad_account', key: ['advertiser_id'] } : ENDINGS[scope];
}

/** Assignments end with the grant, or the membership, that they need. */
async function endHanging(tx: Tx, scope: ReplaceScope): Promise<Ended> {
  const condition = {
    members: '(a.bc_id, a.user_id) in (select bc_id, user_id from missing_member)',
    account_grants: 'a.grant_id in (select id from missing_account_grant)',
  }[scope as string];
  if (condition === undefined) return {};
  return { assignment: await endAssignments(tx, condition) };
}

/** SQL of the Business Centers of what ends, as {@link requireFew} takes it. */
function endedOf(missing: string, isAgain: boolean): Pick<Share, 'ended' | 'ending'> {
  const of = (table: string): string => `select of_bc_id from ${table}`;
  return { ended: isAgain ? of(`${missing}_before`) : null, ending: of(missing) };
}

function currentOf(scope: Exclude<ReplaceScope, 'ad_accounts'>): string {
  const { from, bcId } = ENDINGS[scope];
  return `select ${bcId} as of_bc_id from ${from} where t.valid_to is null`;
}

/** An ad account is not forgotten: it leaves its Business Center, and every role in it ends. */
async function endMissingAdAccounts(tx: Tx, asked: Replacement, others: Others | null): Promise<Ended> {
  await tx.query(
    `create temporary table missing_ad_account on commit drop as
     select t.advertiser_id, t.name, t.bc_id as of_bc_id from ad_account t
      where t.bc_id = any (${list(asked.bcIds)}) and ${isNewTo(others, 'ad_account')}
        and ${lacking('ad_account', ['advertiser_id'], others)}`,
    [],
  );
  if (others && (await isEmpty(tx, 'missing_ad_account'))) return {};
  const current = 'select t.bc_id as of_bc_id from ad_account t where t.bc_id is not null';
  await requireFew(tx, { scope: 'ad_accounts', ...endedOf('missing_ad_account', others !== null), current }, asked);
  // What others have moved by then is not this write's.
  const [counted] = await tx.query<{ ended: number }>(
    `with locked as (
       select t.advertiser_id from ad_account t join missing_ad_account m
         on m.advertiser_id = t.advertiser_id and m.of_bc_id = t.bc_id order by 1 for no key update of t),
     overtaken as (
       delete from missing_ad_account m where not exists (select from locked l where l.advertiser_id = m.advertiser_id))
     select count(*)::int as ended from locked`,
    [],
  );
  const roles = await endRoles(tx);
  await tx.query(
    'update ad_account t set bc_id = null from missing_ad_account m where t.advertiser_id = m.advertiser_id',
    [],
  );
  await recordAll(tx, {
    event: 'ad_account.put',
    subject: { type: 'ad_account', id: 'm.advertiser_id' },
    bcId: 'm.of_bc_id',
    before: `jsonb_build_object('name', m.name, 'bc_id', m.of_bc_id)`,
    after: `jsonb_build_object('name', m.name, 'bc_id', null, 'roles_ended',
      (select count(*) from roles_of_missing r where r.advertiser_id = m.advertiser_id))`,
    from: 'missing_ad_account m',
  });
  await recordRoles(tx);
  return { ad_account: counted?.ended ?? 0, ad_account_member: roles };
}

/** SQL: no line has the key of the row `t`. Once all lines were compared, what they say is found by its key. */
function lacking(type: FactType, key: readonly string[], others: Others | null): string {
  if (others) {
    if (!others.counts[type]) return 'true';
    const same = key.map((column) => `c.${column} = t.${column}`).join(' and ');
    return `not exists (select from compared_${type} c where ${keyOfRow(type, 'c')} = ${keyOfRow(type, 't')} and ${same})`;
  }
  const same = key.map((column) => `s.fact->>'${column}' = t.${column}`).join(' and ');
  return `not exists (select from staged s where s.type = '${type}' and ${same})`;
}

/** SQL: others have changed the row `t`, or moved the ad account that it is about. */
function isNewTo(others: Others | null, type: FactType): string {
  if (!others) return 'true';
  const moved = {
    ad_account: [hasMoved(others, 'ad_account', 't.advertiser_id')],
    ad_account_member: [hasMoved(others, 'user', 't.user_id'), hasMoved(others, 'ad_account', 't.advertiser_id')],
    account_grant: [hasMoved(others, 'tiktok_account', 't.tiktok_account_id')],
  }[type as string] ?? [hasMoved(others, 'user', 't.user_id')];
  return `(${moved.join(' or ')})`;
}

async function isEmpty(tx: Tx, table: string): Promise<boolean> {
  return (await tx.query(`select from ${table} limit 1`, [])).length === 0;
}

/** Ids as a literal: temporary tables are made without parameters. */
function list(ids: readonly string[]): string {
  return `array[${ids.map((id) => `'${id.replaceAll("'", "''")}'`).join(', ')}]::text[]`;
}
