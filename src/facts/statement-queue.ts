interface Group<Question, Answer> {
  questions: readonly Question[];
  resolve: (answers: Answer[]) => void;
  reject: (error: unknown) => void;
}

/** Statements in flight at once, and how many questions are put into one before the next. */
const STATEMENTS = 2;
const QUESTIONS = 256;

/** Questions to the database that arrive together share a statement, and so does a whole batch. */
export class StatementQueue<Question, Answer> {
  readonly #ask: (questions: readonly Question[]) => Promise<Answer[]>;
  #waiting: Group<Question, Answer>[] = [];
  #inFlight = 0;
  #statements = 0;

  /** @param ask answers all questions by one statement, in their order */
  constructor(ask: (questions: readonly Question[]) => Promise<Answer[]>) {
    this.#ask = ask;
  }

  /** How many statements were sent. */
  get statements(): number {
    return this.#statements;
  }

  /** The answer to each question, all of one moment. @throws what `ask` throws */
  async load(questions: readonly Question[]): Promise<Answer[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ questions, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#pump());
    });
  }

  #pump(): void {
    while (this.#waiting.length > 0 && this.#inFlight < STATEMENTS) {
      const groups: Group<Question, Answer>[] = [];
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

  async #run(groups: readonly Group<Question, Answer>[]): Promise<void> {
    try {
      this.#statements += 1;
      const answers = await this.#ask(groups.flatMap((group) => group.questions));
      let from = 0;
      for (const { questions, resolve } of groups) {
        resolve(answers.slice(from, from + questions.length));
        from += questions.length;
      }
    } catch (error) {
      for (const { reject } of groups) reject(error);
    }
  }
}
