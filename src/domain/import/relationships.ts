import type { Tx } from '../transact.ts';
import { requireNone } from './interference.ts';
import type { ImportMode } from './modes.ts';
import { requirePlaces } from './places.ts';
import { endedSince, plan, UNFOUNDED, type Planned } from './plan.ts';
import { badLine } from './read-lines.ts';
import { AD_ACCOUNT_MEMBER, ASSIGNMENT, GRANT, LINK, MEMBER, type Reference, type Relation } from './relation.ts';
import { recordAll } from './trail.ts';

/** How a change of a relation reads in the trail: as the single write's does. */
const TRAILS: ReadonlyMap<Relation, Trail> = new Map([
  [MEMBER, { event: 'member.put', bcId: 'p.bc_id' }],
  [
    AD_ACCOUNT_MEMBER,
    {
      event: 'ad_account_member.put',
      about: 'advertiser_id',
      bcId: '(select a.bc_id from ad_account a where a.advertiser_id = p.advertiser_id)',
    },
  ],
  // A link is its user's own and no Business Center's.
  [LINK, { event: 'account_link.put', about: 'tiktok_account_id', bcId: 'null' }],
  [GRANT, { event: 'account_grant.opened', bcId: 'p.bc_id', subject: 'tiktok_account' }],
  [ASSIGNMENT, { event: 'assignment.put', about: 'tiktok_account_id', bcId: 'p.bc_id' }],
]);

interface Trail {
  event: string;
  /** The column that entries name beside the value. */
  about?: string;
  bcId: string;
  subject?: 'tiktok_account';
}

/** Brings in what the lines say of one relation, whose rows are closed and opened, never overwritten. */
export async function bringRelation(tx: Tx, relation: Relation, mode: ImportMode): Promise<Planned> {
  await requireKnown(tx, relation);
  const planned = await plan(tx, relation, mode);
  if (planned.changed === 0) return planned;
  if (relation === GRANT) await requireSameScopes(tx);
  if (relation === ASSIGNMENT) await requireFounded(tx);
  const { type, key, value } = relation;
  await tx.query(
    `update ${type} t set valid_to = $1, ended_by = $2, ended_write = $3 from planned_${type} p
      where t.id = p.current_id and t.valid_to is null and p.reason is null`,
    [tx.at, tx.by, tx.id],
  );
  await requirePlaces(tx, relation);
  const columns = [...key, value, ...(relation === ASSIGNMENT ? ['grant_id'] : [])].join(', ');
  await tx.query(
    `insert into ${type} (${columns}, valid_from, begun_by, begun_write)
     select ${columns}, $1, $2, $3 from planned_${type} where reason is null`,
    [tx.at, tx.by, tx.id],
  );
  await requireNone(tx, endedSince(tx, relation));
  await recordChanges(tx, relation);
  return planned;
}

/** What a line names has to be known, or be brought by the same import. @throws SparkgateError that names the line */
export async function requireKnown(
  tx: Tx,
  { type, references }: { type: string; references: readonly Reference[] },
): Promise<void> {
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

/** A grant that is held stays as its owner gave it: an import may add grants, not change them. */
async function requireSameScopes(tx: Tx): Promise<void> {
  const [other] = await tx.query<{ line: number }>(
    'select line from planned_account_grant where reason is null and current_id is not null order by line limit 1',
    [],
  );
  if (other) throw badLine(other.line, 'this Business Center holds a grant with other scopes; revoke it first');
}

async function requireFounded(tx: Tx): Promise<void> {
  const [loose] = await tx.query<{ line: number }>(
    `select line from planned_assignment latest where ${UNFOUNDED} order by line limit 1`,
    [],
  );
  if (loose)
    throw badLine(loose.line, 'an assignment needs a current grant that holds its scopes, and a current member');
}

async function recordChanges(tx: Tx, relation: Relation): Promise<void> {
  const trail = TRAILS.get(relation);
  if (!trail) throw new Error(`${relation.type} has no event`);
  const told = (column: string): string => {
    const about = trail.about === undefined ? '' : `'${trail.about}', p.${trail.about}, `;
    return `jsonb_build_object(${about}'${relation.value}', p.${column})`;
  };
  const subject = trail.subject ?? 'user';
  await recordAll(tx, {
    event: trail.event,
    subject: { type: subject, id: `p.${subject}_id` },
    bcId: trail.bcId,
    before: `case when p.current_id is not null then ${told('held')} end`,
    after: told(relation.value),
    reopened: 'p.reopened',
    ...(relation === ASSIGNMENT && { toOneself: `'user:' || p.user_id = $1` }),
    from: `planned_${relation.type} p where p.reason is null`,
  });
}
