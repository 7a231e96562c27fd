import type { Query } from '../../domain/context.ts';
import { databaseError } from '../../domain/database-errors.ts';
import { revisionOf, type LoadedRow } from '../../facts/changes.ts';
import { asUuid } from '../../facts/known.ts';
import { rowsOf } from '../../facts/loaded-rows.ts';
import { Loaded, type FactQuestion } from '../../facts/slice.ts';
import { factsStatement } from '../../facts/statement.ts';
import { isKnownTo, type Candidate, type Candidates, type Sides, type Value } from './candidates.ts';

/** What a search looks at next. */
export interface Aim {
  candidates: Candidates;
  /** The tiers whose candidates' own facts are looked at. */
  tiers: readonly number[];
  after: string;
  limit: number;
  /** In which the time is told. */
  timeZone: string;
}

/** What one statement sees of a search, all of it at one moment. */
export interface Look {
  /** Whether the side that stands still is known to the caller. */
  known: boolean;
  /** In key order; the facts of those in the aim's tiers. */
  candidates: readonly (Candidate & { facts: Loaded | null })[];
  /** The facts of an id that cannot exist, which show what all candidates share. */
  unrelated: Loaded;
}

/** @throws SparkgateError `unavailable` */
export async function look(
  query: Query,
  { moving, fixed, within }: Pick<Sides, 'moving' | 'fixed' | 'within'>,
  question: FactQuestion,
  { candidates, tiers, after, limit, timeZone }: Aim,
): Promise<Look> {
  const { values, value } = parameters([after, limit, ...candidates.values]);
  const questions = `select ${partsOf(question, value, { [`${moving}Id`]: 'own.id' })}, own.n from (
      select id, n from unnest(array(select id from candidate order by n), array(select tier from candidate order by n))
        with ordinality as found (id, tier, n) where tier = any(${value(tiers, 'int[]')})
      union all
      select '', ${value(limit + 1, 'bigint')}) own`;
  const text = factsStatement({
    given: [
      `candidate as materialized (select id, tier, row_number() over (order by id) as n from (${candidates.text}) found)`,
    ],
    questions,
    more: [
      `select n::int, 'candidate', null, id, tier::text, null, null, null from candidate`,
      knownRow(moving === 'subject' ? 'resource' : 'subject', fixed, within, value),
    ],
  });
  const rows = await ask(query, text, values);
  const moment = { ...revisionOf(rows), timeZone };
  const loaded = rowsOf(
    rows.filter(({ slice }) => slice !== 'candidate'),
    limit + 1,
  );
  const factsOf = (id: string, n: number): Loaded =>
    new Loaded({ ...question, [`${moving}Id`]: id }, { rows: loaded[n - 1]?.rows ?? [], ...moment });
  const found = rows.filter(({ slice }) => slice === 'candidate').toSorted((one, other) => one.n - other.n);
  return {
    known: showsKnown(rows, moving === 'subject' ? 'resource' : 'subject'),
    candidates: found.map(({ n, a, b }) => {
      const [id, tier] = [a ?? '', Number(b)];
      return { id, tier, facts: tiers.includes(tier) ? factsOf(id, n) : null };
    }),
    unrelated: factsOf('', limit + 1),
  };
}

/** Both sides of a check at one moment: whether the caller knows of them, and the facts. @throws SparkgateError `unavailable` */
export async function lookAtBoth(
  query: Query,
  { subject, resource }: Record<'subject' | 'resource', Sides['fixed']>,
  question: FactQuestion,
  timeZone: string,
): Promise<{ known: Record<'subject' | 'resource', boolean>; facts: Loaded }> {
  const { values, value } = parameters([]);
  const text = factsStatement({
    questions: `select ${partsOf(question, value, {})}, 1 as n`,
    more: [
      knownRow('subject', subject, question.within, value),
      knownRow('resource', resource, question.within, value),
    ],
  });
  const rows = await ask(query, text, values);
  const moment = { ...revisionOf(rows), timeZone };
  return {
    known: { subject: showsKnown(rows, 'subject'), resource: showsKnown(rows, 'resource') },
    facts: new Loaded(question, { rows: rowsOf(rows, 1)[0]?.rows ?? [], ...moment }),
  };
}

/** Values of a statement, and how one more is added and named. */
function parameters(values: unknown[]): { values: unknown[]; value: Value } {
  return { values, value: (value, type) => `$${values.push(value)}::${type}` };
}

/** The parts of a question in the order in which a statement of facts takes them; `given` is SQL of some. */
function partsOf(question: FactQuestion, value: Value, given: { subjectId?: string; resourceId?: string }): string {
  const { kind, subjectType, subjectId, resourceId, properties, within } = question;
  const resource = given.resourceId ?? value(resourceId, 'text');
  const parts = {
    kind: value(kind, 'text'),
    subject_type: value(subjectType, 'text'),
    subject_id: given.subjectId ?? value(subjectId, 'text'),
    resource_id: resource,
    request_id: kind === 'access_request' ? asUuid(resource) : 'null::uuid',
    bc_id: value(properties.bc_id ?? null, 'text'),
    advertiser_id: value(properties.advertiser_id ?? null, 'text'),
    user_id: value(properties.user_id ?? null, 'text'),
    within: value(within && JSON.stringify(within), 'jsonb'),
  };
  return Object.entries(parts)
    .map(([name, sql]) => `${sql} as ${name}`)
    .join(', ');
}

function knownRow(side: 'subject' | 'resource', it: Sides['fixed'], within: Sides['within'], value: Value): string {
  return `select 0, 'known ${side}', null, (${isKnownTo(within, it, value)})::text, null, null, null, null`;
}

function showsKnown(rows: readonly LoadedRow[], side: 'subject' | 'resource'): boolean {
  return rows.find(({ slice }) => slice === `known ${side}`)?.a === 'true';
}

async function ask(query: Query, text: string, values: unknown[]): Promise<LoadedRow[]> {
  return query<LoadedRow>(text, values).catch((error: unknown) => {
    throw databaseError(error);
  });
}
