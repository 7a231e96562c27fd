import { isTaken } from '../database-errors.ts';
import type { Tx } from '../transact.ts';
import type { ImportMode, Pass } from './modes.ts';
import type { Counts } from './stage.ts';
import { ofAffected } from './others.ts';
import { requirePlaces } from './places.ts';
import { countPlanned, endedSince, OVERTAKEN, plan, UNFOUNDED, type Planned } from './plan.ts';
import { badLine } from './read-lines.ts';
import {
  AD_ACCOUNT_MEMBER,
  ASSIGNMENT,
  GRANT,
  LINK,
  MEMBER,
  sameKey,
  type Reference,
  type Relation,
} from './relation.ts';
import { ENDINGS } from './replace.ts';
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

/**
 * Brings in what the lines say of one relation, whose rows are closed and opened, never overwritten. Lines that others
 * overtake stay in the plan as such.
 */
export async function bringRelation(
  tx: Tx,
  relation: Relation,
  { mode, pass, counts }: { mode: ImportMode; pass: Pass; counts: Counts },
): Promise<Planned> {
  await requireKnown(tx, relation);
  const planned = await plan(tx, relation, mode);
  if (planned.changed === 0) return planned;
  if (relation === GRANT) await requireSameScopes(tx);
  if (relation === ASSIGNMENT) await requireFounded(tx, pass, counts);
  await close(tx, relation);
  await requirePlaces(tx, relation);
  await open(tx, relation, planned.changed);
  const brought = await countPlanned(tx, relation);
  if (brought.changed > 0) await recordChanges(tx, relation);
  return brought;
}

async function close(tx: Tx, { type }: Relation): Promise<void> {
  await tx.query(
    `update ${type} t set valid_to = greatest(t.valid_from, $1), ended_by = $2, ended_write = $3 from planned_${type} p
      where t.id = p.current_id and t.valid_to is null and p.reason is null`,
    [tx.at, tx.by, tx.id],
  );
}

/** Of so many rows few are opened by others at the same time. */
const MANY = 10_000;

/** A membership is the same through changes of its role. */
const MEMBERSHIP = 'coalesce((select m.membership_id from member m where m.id = current_id), uuidv7())';

/**
 * Opens what the plan says, but where others have opened it by then. Where they have ended it, it is withdrawn again before
 * any trail tells of it.
 */
async function open(tx: Tx, relation: Relation, changed: number): Promise<void> {
  const { type, key, value } = relation;
  const columns = [...key, value, ...(relation === ASSIGNMENT ? ['grant_id', 'self_assigned'] : [])].join(', ');
  const [membership, kept] = relation === MEMBER ? [', membership_id', `, ${MEMBERSHIP}`] : ['', ''];
  const insert = `insert into ${type} (${columns}${membership}, valid_from, begun_by, begun_write)
    select ${columns}${kept}, $1, $2, $3 from planned_${type} where reason is null`;
  const asOf = [tx.at, tx.by, tx.id];
  if (changed < MANY || !(await unlessOpened(tx, async () => tx.query(insert, asOf)))) {
    await tx.query(`${insert} on conflict do nothing`, asOf);
    await tx.query(
      `update planned_${type} latest set reason = '${OVERTAKEN}' where latest.reason is null and not exists (
         select from ${type} t where ${sameKey(relation)} and t.valid_to is null and t.begun_write = $1)`,
      [tx.id],
    );
  }
  await tx.query(
    `with overtaken as (
       update planned_${type} latest set reason = '${OVERTAKEN}' where ${endedSince(tx, relation)}
       returning ${key.join(', ')})
     update ${type} t set ${WITHDRAWN} from overtaken latest
      where ${sameKey(relation)} and t.valid_to is null and t.begun_write = $2`,
    [tx.by, tx.id],
  );
}

/** Whether others have opened none of it: to look for that row by row costs a third more than to open them. */
async function unlessOpened(tx: Tx, insert: () => Promise<unknown>): Promise<boolean> {
  await tx.query('savepoint opening', []);
  try {
    await insert();
    await tx.query('release savepoint opening', []);
    return true;
  } catch (error) {
    if (!isTaken(error)) throw error;
    await tx.query('rollback to savepoint opening', []);
    return false;
  }
}

/**
 * SQL of what closes a row that this write opened ($2, by $1), so that it never held: an import is ended neither by what
 * it does not know, nor remembered by it.
 */
const WITHDRAWN = 'valid_to = t.valid_from, ended_by = $1, ended_write = $2';

/** Where the ad account was when the import opened roles in it. */
const FORMER_CENTER = `(
  select a.before->>'bc_id' from compared_ad_account a where a.advertiser_id = m.advertiser_id)`;

/** Withdraws what an import opened of the lines in `affected`, with what the trail says of it. */
export async function withdraw(tx: Tx, relation: Relation): Promise<void> {
  const { type } = relation;
  const ending = Object.values(ENDINGS).find((it) => it.type === type);
  if (!ending?.about) throw new Error(`${type} is not withdrawn`);
  await tx.query(
    `create temporary table withdrawn on commit drop as
     select latest.* from planned_${type} latest join affected f on ${ofAffected(type, 'latest')}
      where latest.reason is null`,
    [],
  );
  await tx.query(
    `update ${type} t set ${WITHDRAWN} from withdrawn latest
      where ${sameKey(relation)} and t.valid_to is null and t.begun_write = $2`,
    [tx.by, tx.id],
  );
  await recordAll(tx, {
    event: ending.event,
    subject: ending.subject,
    bcId: relation === ASSIGNMENT ? 'm.bc_id' : FORMER_CENTER,
    before: `jsonb_build_object('${ending.about}', m.${ending.about}, '${relation.value}', m.${relation.value})`,
    after: 'null::jsonb',
    from: 'withdrawn m',
  });
  await tx.query('drop table withdrawn', []);
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

/**
 * What an assignment needs may be missing only since others ended it after the file's own line for it was brought in: then
 * both are planned again.
 */
async function requireFounded(tx: Tx, pass: Pass, counts: Counts): Promise<void> {
  const ofFile = [MEMBER, GRANT]
    .filter(({ type }) => counts[type])
    .map((it) => `exists (select from compared_${it.type} t where ${sameKey(it)})`);
  const maybe = { first: ofFile.join(' or ') || 'false', beside: 'true', behind: 'false' }[pass];
  const [loose] = await tx.query<{ line: number }>(
    `select line from planned_assignment latest where ${UNFOUNDED} and not (${maybe}) order by line limit 1`,
    [],
  );
  if (!loose && pass !== 'behind') {
    await tx.query(`update planned_assignment latest set reason = '${OVERTAKEN}' where ${UNFOUNDED}`, []);
  }
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
