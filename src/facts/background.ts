import type { Query } from '../domain/context.ts';
import { databaseError } from '../domain/database-errors.ts';
import { Scope, sortedSet } from '../domain/vocabulary.ts';
import { momentRow, type LoadedRow } from './changes.ts';
import { isKnown, isInSight } from './known.ts';
import { rowsOf } from './loaded-rows.ts';
import type { Statement, Wanted } from './rounds.ts';
import type { SliceRow } from './slice.ts';

/** What is looked up for a denial alone, so that its reasons are true. */
export interface BackgroundQuestion {
  subjectType: string;
  subjectId: string;
  /** The account whose holders are asked for; null = of none. */
  accountId: string | null;
  /** The one Business Center that counts; null = all. */
  bcId: string | null;
  /** The Business Centers that the key is confined to; null = not confined. */
  within: readonly string[] | null;
}

export interface Background {
  /** Something is stored of the subject that the key may know of, if only that it once was assigned something. */
  subjectKnown: boolean;
  /** The different sets of scopes that the Business Centers which hold the account were granted. */
  held: readonly Scope[][];
}

const CENTERS = 'array(select jsonb_array_elements_text(q.within))';

/**
 * $1 subject type, $2 subject id, $3 account, $4 bc_id, $5 within (a JSON list; null = not confined), $6 the snapshot
 * since which changes are told (null = none)
 */
export const BACKGROUND: Statement = {
  columns: 5,
  text: `
with question as (
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[])
    with ordinality as q (subject_type, subject_id, account_id, bc_id, within, n)
)
${momentRow('$6')}
union all
select q.n::int, 'known', null, null, null, null, null, null
  from question q
 where (${isKnown('q.subject_type', 'q.subject_id')})
   and (q.within is null or ${isInSight('q.subject_type', 'q.subject_id', CENTERS)})
    or exists (select from assignment a
                where q.subject_type = 'user' and a.user_id = q.subject_id and a.valid_to is not null
                  and (q.within is null or a.bc_id = any(${CENTERS})))

union all
select distinct q.n::int, 'held', null, null, null, null, g.scopes, null::float8
  from question q
  join account_grant g on g.tiktok_account_id = q.account_id and g.valid_to is null
 where (q.bc_id is null or g.bc_id = q.bc_id) and (q.within is null or g.bc_id = any(${CENTERS}))`,
};

/** A question of which the answer can be kept: it hangs on the subject and on the account. */
export function wantedBackground(question: BackgroundQuestion): Wanted {
  const { subjectType, subjectId, accountId, bcId, within } = question;
  return {
    key: JSON.stringify([subjectType, subjectId, accountId, bcId, within]),
    values: () => valuesOf(question),
    things: () => [`${subjectType}:${subjectId}`, ...(accountId === null ? [] : [`tiktok_account:${accountId}`])],
  };
}

function valuesOf({ subjectType, subjectId, accountId, bcId, within }: BackgroundQuestion): unknown[] {
  return [subjectType, subjectId, accountId, bcId, within && JSON.stringify(within)];
}

/** Reads the rows of one question. */
export function backgroundOf(rows: readonly SliceRow[]): Background {
  return {
    subjectKnown: rows.some(({ slice }) => slice === 'known'),
    held: rows.flatMap(({ scopes }) => (scopes ? [sortedSet(scopes.map((scope) => Scope.parse(scope)))] : [])),
  };
}

/** Answers all questions with one statement. @throws SparkgateError `unavailable` */
export async function loadBackground(query: Query, questions: readonly BackgroundQuestion[]): Promise<Background[]> {
  const values = questions.map(valuesOf);
  const columns = Array.from({ length: BACKGROUND.columns }, (_, column) => values.map((it) => it[column]));
  const rows = await query<LoadedRow>(BACKGROUND.text, [...columns, null]).catch((error: unknown) => {
    throw databaseError(error);
  });
  return rowsOf(rows, questions.length).map((it) => backgroundOf(it.rows));
}
