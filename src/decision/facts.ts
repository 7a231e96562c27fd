import type { Query } from '../domain/context.ts';
import { databaseError } from '../domain/database-errors.ts';
import type { ActionProperties } from './action-properties.ts';
import { FACTS_STATEMENT, type FactRow } from './facts-statement.ts';

/** What facts are asked of: one check of a kind whose relationships are stored here. */
export interface FactQuestion {
  kind: string;
  subjectType: string;
  subjectId: string;
  resourceId: string;
  properties: ActionProperties;
  /** The Business Centers whose facts count; null = all. */
  within: readonly string[] | null;
}

/** The facts of one check, and the revision at which they were read. */
export interface Facts {
  rows: readonly FactRow[];
  revision: string;
}

interface Group {
  questions: readonly FactQuestion[];
  resolve: (facts: Facts[]) => void;
  reject: (error: unknown) => void;
}

/** Statements in flight at once, and how many questions are put into one before the next. */
const STATEMENTS = 2;
const QUESTIONS = 256;

/** Loads facts; checks that arrive together share a statement, and so does a whole batch. */
export class FactLoader {
  readonly #query: Query;
  #waiting: Group[] = [];
  #inFlight = 0;
  #statements = 0;

  constructor(query: Query) {
    this.#query = query;
  }

  /** How many statements were sent. */
  get statements(): number {
    return this.#statements;
  }

  /** The facts of each question, all of one moment. @throws SparkgateError `unavailable` */
  async load(questions: readonly FactQuestion[]): Promise<Facts[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ questions, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#pump());
    });
  }

  #pump(): void {
    while (this.#waiting.length > 0 && this.#inFlight < STATEMENTS) {
      const groups: Group[] = [];
      for (let size = 0; this.#waiting.length > 0 && size < QUESTIONS;) {
        const group = this.#waiting.shift();
        if (!group) break;
        size += group.questions.length;
        groups.push(group);
      }
      this.#inFlight += 1;
      void this.#run(groups).finally(() => {
        this.#inFlight -= 1;
        this.#pump();
      });
    }
  }

  async #run(groups: readonly Group[]): Promise<void> {
    try {
      this.#statements += 1;
      const facts = await loadFacts(
        this.#query,
        groups.flatMap((group) => group.questions),
      );
      let from = 0;
      for (const { questions, resolve } of groups) {
        resolve(facts.slice(from, from + questions.length));
        from += questions.length;
      }
    } catch (error) {
      for (const { reject } of groups) reject(error);
    }
  }
}

/** Loads the facts of all questions with one statement. @throws SparkgateError `unavailable` */
export async function loadFacts(query: Query, questions: readonly FactQuestion[]): Promise<Facts[]> {
  const rows = await query<FactRow>(FACTS_STATEMENT, parameters(questions)).catch((error: unknown) => {
    throw databaseError(error);
  });
  const facts: FactRow[][] = questions.map(() => []);
  let revision = '';
  for (const row of rows) {
    if (row.fact === 'revision') revision = row.a ?? '';
    else facts[row.n - 1]?.push(row);
  }
  return facts.map((own) => ({ rows: own, revision }));
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

function parameters(questions: readonly FactQuestion[]): unknown[] {
  return [
    questions.map((question) => question.kind),
    questions.map((question) => question.subjectType),
    questions.map((question) => question.subjectId),
    questions.map((question) => question.resourceId),
    questions.map(({ kind, resourceId }) => (kind === 'access_request' && UUID.test(resourceId) ? resourceId : null)),
    questions.map(({ properties }) => properties.bc_id ?? null),
    questions.map(({ properties }) => properties.advertiser_id ?? null),
    questions.map(({ properties }) => properties.user_id ?? null),
    questions.map(({ within }) => within && JSON.stringify(within)),
  ];
}
