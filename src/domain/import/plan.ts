import type { Tx } from '../transact.ts';
import type { ImportMode, SkipReason } from './modes.ts';
import { isAmongMoved, keyOfRow, type Others } from './others.ts';
import { ASSIGNMENT, GRANT, latestOf, MEMBER, partsOf, sameKey, type Relation } from './relation.ts';

/** How many rows of a relation an import changes, how many of these it opens again, and how many lines it skips. */
export interface Planned {
  changed: number;
  reopened: number;
  skipped: number;
}

/** What an assignment leans on, beyond its own row. */
const LEANS_ON = {
  columns: 'g.id as grant_id, g.scopes as grant_scopes, m.user_role as member_role,',
  joins: `
    left join account_grant g on ${sameKey(GRANT, 'g')} and g.valid_to is null
    left join member m on ${sameKey(MEMBER, 'm')} and m.valid_to is null`,
};

/**
 * Which scopes the member has added themself, before and after: those that the line says, those that the member adds by
 * this very import ($1), and else those that were so before.
 */
const SELF_ASSIGNED = `coalesce(t.self_assigned, '{}') as self_held, array(
    select scope from unnest(latest.scopes) as scope
     where case when latest.own is not null then scope = any (latest.own)
       else scope = any (coalesce(t.self_assigned, '{}'))
         or $1 = 'user:' || latest.user_id and scope <> all (coalesce(t.scopes, '{}')) end
     order by scope) as self_assigned`;

/** SQL: whether what is current is what a line says. */
export function isSo(relation: Relation, line: string): string {
  const added = relation === ASSIGNMENT ? ` and ${line}.self_held = ${line}.self_assigned` : '';
  return `${line}.held = ${line}.${relation.value}${added}`;
}

function leansOn(relation: Relation): typeof LEANS_ON {
  return relation === ASSIGNMENT ? LEANS_ON : { columns: '', joins: '' };
}

/**
 * Compares a relation's lines with the rows that are current, in the temporary table `compared_<type>`: the last line of
 * each key. What they would change goes into `planned_<type>`, with why a line is skipped, if it is.
 */
export async function plan(tx: Tx, relation: Relation, mode: ImportMode): Promise<Planned> {
  const { type, value } = relation;
  const { columns, joins } = leansOn(relation);
  const added = relation === ASSIGNMENT ? `, ${SELF_ASSIGNED}` : '';
  await tx.query(
    `create temporary table compared_${type} on commit drop as
     with ${latestOf(relation)}
     select latest.*, ${columns} t.id as current_id, t.${value} as held${added}
       from latest left join ${type} t on ${sameKey(relation)} and t.valid_to is null ${joins}`,
    added === '' ? [] : [tx.by],
  );
  await tx.query(
    `create temporary table planned_${type} on commit drop as
     with change as materialized (
       select latest.*, ${endedByPerson(tx, relation, own(relation))} as reopened, ${endingsByOthers(tx, relation)} as endings
         from compared_${type} latest where latest.current_id is null or not (${isSo(relation, 'latest')}))
     select latest.*, ${mode === 'reopen' ? 'null::text' : reasonOf(tx, relation)} as reason from change as latest`,
    [],
  );
  return countPlanned(tx, relation);
}

/** A line that another write has overtaken: it has no row, and is planned again. No reason that anybody is told. */
export const OVERTAKEN = 'OVERTAKEN';

/** Counts what stands in `planned_<type>`, or the rows `p` of it that are `joined`. */
export async function countPlanned(tx: Tx, { type }: Relation, joined = ''): Promise<Planned> {
  const [planned] = await tx.query<Planned>(
    `select count(*) filter (where reason is null)::int as changed,
            count(*) filter (where reason is null and reopened)::int as reopened,
            count(*) filter (where reason <> '${OVERTAKEN}')::int as skipped from planned_${type} p ${joined}`,
    [],
  );
  if (!planned) throw new Error('a count gave no row');
  return planned;
}

/** What lines want and hold of the relation itself. */
function own({ value }: Relation): { wanted: string; held: string; absent: string } {
  return {
    wanted: partsOf('latest', value),
    held: partsOf('latest', value, 'held'),
    absent: 'latest.current_id is null',
  };
}

/** How often others than this write have ended the relation. */
function endingsByOthers(tx: Tx, relation: Relation): string {
  return `(select count(*) from ${relation.type} e
    where ${sameKey(relation, 'e')} and e.valid_to is not null and e.ended_write is distinct from '${tx.id}'::uuid)`;
}

/**
 * SQL: whether others have ended the relation of `latest` since it was planned. Once the new rows stand, nobody
 * comes between any more.
 */
export function endedSince(tx: Tx, relation: Relation): string {
  return `latest.reason is null and latest.endings <> ${endingsByOthers(tx, relation)}`;
}

/** SQL of the lines that others have overtaken, or that are skipped and would not be now, or for another reason. */
export function skippedOtherwise(tx: Tx, relation: Relation, others: Others): string {
  const { type, key, value } = relation;
  const { columns, joins } = leansOn(relation);
  const line = [...key, value].map((column) => `latest.${column}`).join(', ');
  const moved = [keyOfRow(type, 'latest'), ...(relation === ASSIGNMENT ? [keyOfRow('account_grant', 'latest')] : [])];
  return `
    with skipped as materialized (
      select latest.line, ${line}, latest.reason as planned, ${columns} t.id as current_id, t.${value} as held
        from planned_${type} latest left join ${type} t on ${sameKey(relation)} and t.valid_to is null ${joins}
       where latest.reason is not null
         and (latest.reason = '${OVERTAKEN}' or ${moved.map((it) => isAmongMoved(others, it)).join(' or ')})),
    change as materialized (
      select latest.*, ${endedByPerson(tx, relation, own(relation))} as reopened from skipped latest)
    select latest.line, ${moved[0]} as key from change latest where ${reasonOf(tx, relation)} is distinct from latest.planned`;
}

/**
 * Whether a person ended the relation as a whole (`absent`), whatever of it `latest` wants, or any part of that which
 * is not held: of the rows that held it the one that ended last counts. What this write itself has ended is no reason:
 * it ended with an ad account's move; nor is what an import opened and withdrew, which never held. Few keys were ever
 * ended, so that is asked first.
 */
function endedByPerson(
  tx: Tx,
  relation: Pick<Relation, 'type' | 'key' | 'value'>,
  { wanted, held, absent }: { wanted: string; held: string; absent: string },
): string {
  const ended = `from ${relation.type} e where ${sameKey(relation, 'e')} and e.valid_to is not null
    and e.ended_write is distinct from e.begun_write`;
  const lastByPerson = (condition: string): string => `(
    select e.ended_by ~ '^(user|tiktok_account):' and e.ended_write <> '${tx.id}'::uuid
      ${ended} and ${condition}
     order by e.valid_to desc, e.id desc limit 1)`;
  return `(exists (select ${ended}) and (${absent} and ${lastByPerson('true')} or exists (
    select from unnest(${wanted}) as part
     where part <> all (${held}) and ${lastByPerson(`part = any (${partsOf('e', relation.value)})`)})))`;
}

/** Why a row of the plan is skipped: SQL that looks at what an assignment leans on only where that is missing. */
function reasonOf(tx: Tx, relation: Relation): string {
  const cases: [condition: string, reason: SkipReason][] = [
    ['reopened and current_id is null', 'ENDED_BY_PERSON'],
    ['reopened', 'LOWERED_BY_PERSON'],
  ];
  if (relation === ASSIGNMENT) {
    const scopes = {
      wanted: 'latest.scopes',
      held: `coalesce(latest.grant_scopes, '{}')`,
      absent: 'latest.grant_id is null',
    };
    const membership = { wanted: `array['STANDARD']`, held: `'{}'`, absent: 'true' };
    cases.push(
      [`${GRANT_MISSING} and ${endedByPerson(tx, GRANT, scopes)}`, 'GRANT_ENDED_BY_PERSON'],
      [`${MEMBER_MISSING} and ${endedByPerson(tx, MEMBER, membership)}`, 'MEMBER_ENDED_BY_PERSON'],
    );
  }
  return `case ${cases.map(([condition, reason]) => `when ${condition} then '${reason}'`).join(' ')} end`;
}

const GRANT_MISSING = `(latest.scopes <@ latest.grant_scopes) is not true`;
const MEMBER_MISSING = 'latest.member_role is null';

/** Of a plan of assignments: what an assignment that is not skipped leans on is missing. */
export const UNFOUNDED = `reason is null and (${GRANT_MISSING} or ${MEMBER_MISSING})`;
