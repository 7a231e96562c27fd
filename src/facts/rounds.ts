import { EVERYTHING } from '../domain/change-log.ts';
import { databaseError } from '../domain/database-errors.ts';
import type { Query } from '../domain/context.ts';
import { CHANGES_STATEMENT, momentOf, type LoadedRow, type Moment } from './changes.ts';
import type { KeptFacts } from './kept-facts.ts';
import { rowsOf } from './loaded-rows.ts';
import type { SliceRow } from './slice.ts';

/** A statement that answers any number of questions, each an element of its first parameters; the last is a snapshot. */
export interface Statement {
  text: string;
  /** How many parameters are arrays. */
  columns: number;
}

/** A question whose rows can be kept. */
export interface Wanted {
  /** Equal questions have equal keys, and no others have. */
  key: string;
  /** Its elements of the arrays. */
  values: () => readonly unknown[];
  /** The keys of what its rows hang on. */
  things: (rows: readonly SliceRow[]) => Iterable<string>;
}

/** The rows of each question, all of one moment. */
export interface Answered {
  rows: readonly (readonly SliceRow[])[];
  moment: Moment;
}

interface Group {
  statement: Statement;
  wanted: readonly Wanted[];
  /** Nothing of it is taken from memory. */
  whole: boolean;
  resolve: (answered: Answered) => void;
  reject: (error: unknown) => void;
}

interface Round {
  statement: Statement | null;
  groups: Group[];
  missing: Map<string, Wanted>;
}

/** How many questions one statement loads before the next. */
const QUESTIONS = 256;

/**
 * Answers questions from memory and from the database, never older than what was committed when they were asked. One
 * statement at a time tells what has changed since the one before, and loads what is missing: whatever is kept after it is
 * as it saw it. Questions wait for one that begins after them, and those that arrive together share it.
 */
export class Rounds {
  readonly #query: Query;
  readonly #kept: KeptFacts;
  readonly #keysChanged: () => void;
  #waiting: Group[] = [];
  #underWay = false;
  #moment: Moment | null = null;
  /** When the last statement that was answered was sent, by this process's own clock in milliseconds. */
  #lookedAt = -Infinity;
  #statements = 0;

  /** @param keysChanged hears that API keys have changed, or may have */
  constructor(query: Query, kept: KeptFacts, keysChanged: () => void) {
    this.#query = query;
    this.#kept = kept;
    this.#keysChanged = keysChanged;
  }

  /** How many statements were sent. */
  get statements(): number {
    return this.#statements;
  }

  /** Whether a statement is under way, or about to be. */
  get busy(): boolean {
    return this.#underWay || this.#waiting.length > 0;
  }

  /** How old what is kept may be, in milliseconds. */
  get staleness(): number {
    return performance.now() - this.#lookedAt;
  }

  /** When changes were last looked for, by the clock of `performance`: what was committed before is known. */
  get lookedAt(): number {
    return this.#lookedAt;
  }

  /** @throws SparkgateError `unavailable` */
  async load(statement: Statement, wanted: readonly Wanted[]): Promise<Answered> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ statement, wanted, whole: false, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#pump());
    });
  }

  /** The answer as of the last statement, without another; null where something is missing, or that was too long ago. */
  kept(wanted: readonly Wanted[], mostMs = Infinity): Answered | null {
    const age = this.staleness;
    if (this.#moment === null || age > mostMs) return null;
    return this.#answer(wanted, { ...this.#moment, at: this.#moment.at + age }, new Map());
  }

  #pump(): void {
    if (this.#underWay || this.#waiting.length === 0) return;
    this.#underWay = true;
    void this.#run(this.#next()).finally(() => {
      this.#underWay = false;
      this.#pump();
    });
  }

  /** Those that memory answers, and as many others as one statement loads, in their order. */
  #next(): Round {
    const round: Round = { statement: null, groups: [], missing: new Map() };
    this.#waiting = this.#waiting.filter((group) => {
      const lacking = group.wanted.filter(({ key }) => group.whole || !this.#kept.has(key));
      if (lacking.length > 0) {
        if (round.statement !== null && round.statement !== group.statement) return true;
        if (round.missing.size > 0 && round.missing.size + lacking.length > QUESTIONS) return true;
        round.statement = group.statement;
      }
      for (const wanted of lacking) round.missing.set(wanted.key, wanted);
      round.groups.push(group);
      return false;
    });
    return round;
  }

  async #run(round: Round): Promise<void> {
    const sentAt = performance.now();
    try {
      const missing = [...round.missing.values()];
      const rows = await this.#ask(round.statement, missing);
      const moment = this.#advance(rows);
      this.#lookedAt = sentAt;
      const loaded = rowsOf(rows, missing.length);
      const fresh = new Map<string, readonly SliceRow[]>();
      for (const [index, wanted] of missing.entries()) {
        const { rows: own, until } = loaded[index] ?? { rows: [], until: Infinity };
        fresh.set(wanted.key, own);
        this.#kept.set(wanted.key, { rows: own, until, things: wanted.things(own) });
      }
      for (const group of round.groups) this.#settle(group, moment, fresh);
    } catch (error) {
      for (const { reject } of round.groups) reject(error);
    }
  }

  async #ask(statement: Statement | null, missing: readonly Wanted[]): Promise<readonly LoadedRow[]> {
    this.#statements += 1;
    const values = missing.map((wanted) => wanted.values());
    const columns = Array.from({ length: statement?.columns ?? 0 }, (_, column) => values.map((it) => it[column]));
    const text = statement?.text ?? CHANGES_STATEMENT;
    return this.#query<LoadedRow>(text, [...columns, this.#moment?.snapshot ?? null]).catch((error: unknown) => {
      throw databaseError(error);
    });
  }

  /** Drops what has changed, before anything is stored. */
  #advance(rows: readonly LoadedRow[]): Moment {
    const { moment, keys } = momentOf(rows);
    const all = moment.lost || moment.life !== this.#moment?.life || keys.includes(EVERYTHING);
    if (all) this.#kept.clear();
    else for (const key of keys) this.#kept.drop(key);
    if (all || keys.includes(API_KEYS)) this.#keysChanged();
    this.#moment = moment;
    return moment;
  }

  #settle(group: Group, moment: Moment, fresh: ReadonlyMap<string, readonly SliceRow[]>): void {
    const answered = this.#answer(group.wanted, moment, fresh);
    if (answered) group.resolve(answered);
    else this.#waiting.unshift({ ...group, whole: true });
  }

  #answer(wanted: readonly Wanted[], moment: Moment, fresh: ReadonlyMap<string, readonly SliceRow[]>): Answered | null {
    const rows: (readonly SliceRow[])[] = [];
    for (const { key } of wanted) {
      const own = fresh.get(key) ?? this.#kept.get(key, moment.at);
      if (own === undefined) return null;
      rows.push(own);
    }
    return { rows, moment };
  }
}

/** What stands for all API keys among the keys that changed. */
const API_KEYS = 'api_key';
