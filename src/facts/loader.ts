import type { Query } from '../domain/context.ts';
import { databaseError } from '../domain/database-errors.ts';
import { loadBackground, type Background, type BackgroundQuestion } from './background.ts';
import { Loaded, type FactQuestion, type FactRow } from './slice.ts';
import { FACTS_STATEMENT } from './statement.ts';
import { StatementQueue } from './statement-queue.ts';

/** Loads facts for decisions, and what only denials look up. */
export class FactLoader {
  readonly #facts: StatementQueue<FactQuestion, Loaded>;
  readonly #background: StatementQueue<BackgroundQuestion, Background>;

  constructor(query: Query) {
    this.#facts = new StatementQueue(async (questions) => loadFacts(query, questions));
    this.#background = new StatementQueue(async (questions) => loadBackground(query, questions));
  }

  /** How many statements were sent. */
  get statements(): number {
    return this.#facts.statements + this.#background.statements;
  }

  /** The facts of each question, all of one moment. @throws SparkgateError `unavailable` */
  async load(questions: readonly FactQuestion[]): Promise<Loaded[]> {
    return this.#facts.load(questions);
  }

  /** What denials look up: of the same moment as their facts, or of a later one. @throws SparkgateError `unavailable` */
  async loadBackground(questions: readonly BackgroundQuestion[]): Promise<Background[]> {
    return this.#background.load(questions);
  }
}

/** Loads the facts of all questions with one statement. @throws SparkgateError `unavailable` */
export async function loadFacts(query: Query, questions: readonly FactQuestion[]): Promise<Loaded[]> {
  const rows = await query<FactRow>(FACTS_STATEMENT, parameters(questions)).catch((error: unknown) => {
    throw databaseError(error);
  });
  const facts: FactRow[][] = questions.map(() => []);
  let revision = '';
  for (const row of rows) {
    if (row.slice === 'revision') revision = row.a ?? '';
    else facts[row.n - 1]?.push(row);
  }
  return questions.map((question, index) => new Loaded(question, { rows: facts[index] ?? [], revision }));
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
