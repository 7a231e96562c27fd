import { millisecondsOf, momentRow, REVISION_ROW } from './changes.ts';
import { ENTITY_SLICES } from './entity.ts';
import { STORED_KINDS, type StoredFacts } from './kinds.ts';
import { TEXTS, type Slice } from './slice.ts';

const KINDS: readonly StoredFacts[] = Object.values(STORED_KINDS);
const SLICES: ReadonlySet<Slice> = new Set([...KINDS.flatMap(({ slices }) => slices), ...ENTITY_SLICES]);

/** What a statement of facts asks about, as SQL. */
interface Asked {
  /** CTEs that the questions are made of. */
  given?: readonly string[];
  /**
   * Gives the questions: kind, subject_type, subject_id, resource_id, request_id (the resource's id as uuid, of access
   * requests), bc_id, advertiser_id, user_id (whom the action would assign), within (a JSON list; null = not confined), n.
   */
  questions: string;
  /** SQL of the snapshot since which changes are told; absent = they are not. */
  since?: string;
  /** More rows of the form of {@link LoadedRow}, of no question. */
  more?: readonly string[];
}

/**
 * A statement that gives the facts of any number of checks: each row of a slice is a row of the answer, as is the moment.
 * Only current rows count.
 */
export const factsStatement = ({ given = [], questions, since, more = [] }: Asked): string => `
with ${given.map((it) => `${it},\n`).join('')}question as (
  ${questions}
), center (n, kind, user_id, resource_id, bc_id, former) as (${KINDS.map(({ centers }) => centers).join('\nunion all')}
)
${since === undefined ? REVISION_ROW : momentRow(since)}
${[...[...SLICES].map(selectOf), ...more].map((it) => `union all\n${it}`).join('\n')}`;

/**
 * The facts of the checks whose parts are the arrays $1 kind, $2 subject type, $3 subject id, $4 resource id, $5 the same
 * as uuid (access requests), $6 bc_id, $7 advertiser_id, $8 user_id, $9 within; $10 the snapshot since which changes are
 * told.
 */
export const FACTS_STATEMENT = factsStatement({
  questions: `select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[],
                       $8::text[], $9::jsonb[])
    with ordinality
      as q (kind, subject_type, subject_id, resource_id, request_id, bc_id, advertiser_id, user_id, within, n)`,
  since: '$10',
});

function selectOf({ name, center, columns, scopes, until, from }: Slice): string {
  const sources = Object.values(columns);
  const texts = TEXTS.map((_, at) => sources[at] ?? 'null');
  const n = from.startsWith('center') ? 'c.n' : 'q.n';
  const values = [
    `${n}::int`,
    `'${name}'`,
    center ?? 'null',
    ...texts,
    scopes ?? 'null',
    millisecondsOf(until ?? 'null'),
  ];
  return `select ${values.join(', ')}\n  from ${from}`;
}
