import type { Query } from '../domain/context.ts';
import { databaseError } from '../domain/database-errors.ts';
import { Scope, sortedSet } from '../domain/vocabulary.ts';
import { isKnown, isInSight } from './known.ts';

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

/** $1 subject type, $2 subject id, $3 account, $4 bc_id, $5 within (a JSON list; null = not confined) */
const STATEMENT = `
with question as (
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[])
    with ordinality as q (subject_type, subject_id, account_id, bc_id, within, n)
)
select q.n::int, null::text[] as scopes
  from question q
 where (${isKnown('q.subject_type', 'q.subject_id')})
   and (q.within is null or ${isInSight('q.subject_type', 'q.subject_id', CENTERS)})
    or exists (select from assignment a
                where q.subject_type = 'user' and a.user_id = q.subject_id and a.valid_to is not null
                  and (q.within is null or a.bc_id = any(${CENTERS})))

union all
select distinct q.n::int, g.scopes
  from question q
  join account_grant g on g.tiktok_account_id = q.account_id and g.valid_to is null
 where (q.bc_id is null or g.bc_id = q.bc_id) and (q.within is null or g.bc_id = any(${CENTERS}))`;

/** Answers all questions with one statement. @throws SparkgateError `unavailable` */
export async function loadBackground(query: Query, questions: readonly BackgroundQuestion[]): Promise<Background[]> {
  const rows = await query<{ n: number; scopes: string[] | null }>(STATEMENT, [
    questions.map(({ subjectType }) => subjectType),
    questions.map(({ subjectId }) => subjectId),
    questions.map(({ accountId }) => accountId),
    questions.map(({ bcId }) => bcId),
    questions.map(({ within }) => within && JSON.stringify(within)),
  ]).catch((error: unknown) => {
    throw databaseError(error);
  });
  const byQuestion = Map.groupBy(rows, ({ n }) => n - 1);
  return questions.map((_, index) => {
    const own = byQuestion.get(index) ?? [];
    return {
      subjectKnown: own.some(({ scopes }) => scopes === null),
      held: own.flatMap(({ scopes }) => (scopes ? [sortedSet(scopes.map((scope) => Scope.parse(scope)))] : [])),
    };
  });
}
