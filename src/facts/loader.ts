import type { Query } from '../domain/context.ts';
import { databaseError } from '../domain/database-errors.ts';
import { BACKGROUND, backgroundOf, wantedBackground, type Background, type BackgroundQuestion } from './background.ts';
import { momentOf, type LoadedRow } from './changes.ts';
import { KeptFacts } from './kept-facts.ts';
import { rowsOf } from './loaded-rows.ts';
import { Rounds, type Answered, type Statement, type Wanted } from './rounds.ts';
import { Loaded, type FactQuestion } from './slice.ts';
import { FACTS_STATEMENT } from './statement.ts';
import { thingsOf } from './things.ts';

/** Memory for facts, in bytes. */
export const FACTS_BYTES = 64 * 1024 * 1024;

/** Loads facts for decisions, and what only denials look up, and keeps them in memory. */
export class FactLoader {
  readonly #kept: KeptFacts;
  readonly #rounds: Rounds;

  /** When somebody asked for what is kept, by this process's own clock in milliseconds. */
  #keptAskedAt = -Infinity;
  readonly #timer: NodeJS.Timeout;
  #keysChanged: () => void = () => undefined;

  /** The time zone in which the time of a check is told. */
  readonly timeZone: string;

  constructor(
    query: Query,
    { mostBytes = FACTS_BYTES, timeZone = 'UTC' }: { mostBytes?: number; timeZone?: string } = {},
  ) {
    this.timeZone = timeZone;
    this.#kept = new KeptFacts(mostBytes);
    this.#rounds = new Rounds(query, this.#kept, () => this.#keysChanged());
    this.#timer = setInterval(() => this.#lookAgain(), TICK_MS).unref();
  }

  /** Has somebody hear that API keys have changed, or may have: before any facts that were asked for after that are told. */
  onKeysChanged(hear: () => void): void {
    this.#keysChanged = hear;
  }

  /** When changes were last looked for, by the clock of `performance` in milliseconds: what was committed before is known. */
  get lookedAt(): number {
    return this.#rounds.lookedAt;
  }

  /** How many statements were sent. */
  get statements(): number {
    return this.#rounds.statements;
  }

  /** How old what is kept may be, in seconds; Infinity = nothing is. */
  get staleness(): number {
    return this.#rounds.staleness / 1000;
  }

  /** What is kept, in bytes. */
  get bytes(): number {
    return this.#kept.bytes;
  }

  /** The facts of each question, all of one moment after it was asked. @throws SparkgateError `unavailable` */
  async load(questions: readonly FactQuestion[]): Promise<Loaded[]> {
    if (questions.length === 0) return [];
    return loadedFrom(questions, await this.#rounds.load(FACTS, questions.map(wantedFacts)), this.timeZone);
  }

  /** The facts of each question as they are in memory, of one moment; null where some are missing, or older than that. */
  kept(questions: readonly FactQuestion[], mostMs: number): Loaded[] | null {
    this.#keptAskedAt = performance.now();
    const answered = this.#rounds.kept(questions.map(wantedFacts), mostMs);
    return answered && loadedFrom(questions, answered, this.timeZone);
  }

  /** What denials look up: of the same moment as their facts, or of a later one. @throws SparkgateError `unavailable` */
  async loadBackground(questions: readonly BackgroundQuestion[]): Promise<Background[]> {
    const wanted = questions.map(wantedBackground);
    // What is in memory now is as the facts' own statement saw it, or a later one.
    const { rows } = this.#rounds.kept(wanted) ?? (await this.#rounds.load(BACKGROUND, wanted));
    return rows.map(backgroundOf);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Looks for changes while nobody asks: often where somebody takes what is in memory, else before notes are trimmed. */
  #lookAgain(): void {
    const isTaken = performance.now() - this.#keptAskedAt < TAKEN_MS;
    if (this.#rounds.busy || this.#rounds.staleness < (isTaken ? TICK_MS : IDLE_MS)) return;
    // A database that does not answer has nothing to tell; what is kept grows older.
    void this.#rounds.load(FACTS, []).catch(() => undefined);
  }
}

/** How often changes are looked for while somebody takes what is kept, and otherwise; for how long somebody does. */
const TICK_MS = 50;
const IDLE_MS = 20_000;
const TAKEN_MS = 60_000;

const FACTS: Statement = { text: FACTS_STATEMENT, columns: 9 };

function wantedFacts(question: FactQuestion): Wanted {
  return { key: keyOf(question), values: () => valuesOf(question), things: (rows) => thingsOf(question, rows) };
}

/** What its rows hang on, and nothing else of it. */
function keyOf({ kind, subjectType, subjectId, resourceId, properties, within }: FactQuestion): string {
  const { bc_id: center, advertiser_id: adAccount, user_id: assignee } = properties;
  return JSON.stringify([
    kind,
    subjectType,
    subjectId,
    resourceId,
    center ?? null,
    adAccount ?? null,
    assignee ?? null,
    within,
  ]);
}

function loadedFrom(questions: readonly FactQuestion[], { rows, moment }: Answered, timeZone: string): Loaded[] {
  const { revision, at } = moment;
  return questions.map((question, index) => new Loaded(question, { rows: rows[index] ?? [], revision, at, timeZone }));
}

/** Loads the facts of all questions with one statement. @throws SparkgateError `unavailable` */
export async function loadFacts(query: Query, questions: readonly FactQuestion[], timeZone = 'UTC'): Promise<Loaded[]> {
  const values = questions.map(valuesOf);
  const columns = Array.from({ length: FACTS.columns }, (_, column) => values.map((it) => it[column]));
  const rows = await query<LoadedRow>(FACTS.text, [...columns, null]).catch((error: unknown) => {
    throw databaseError(error);
  });
  const own = rowsOf(rows, questions.length).map((it) => it.rows);
  return loadedFrom(questions, { rows: own, moment: momentOf(rows).moment }, timeZone);
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

function valuesOf({ kind, subjectType, subjectId, resourceId, properties, within }: FactQuestion): unknown[] {
  return [
    kind,
    subjectType,
    subjectId,
    resourceId,
    kind === 'access_request' && UUID.test(resourceId) ? resourceId : null,
    properties.bc_id ?? null,
    properties.advertiser_id ?? null,
    properties.user_id ?? null,
    within && JSON.stringify(within),
  ];
}
