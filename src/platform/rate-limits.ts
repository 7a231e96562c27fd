import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

const MINUTE = 60;

/** How much each rule allows within a minute. */
export type RateSettings<Rule extends string> = Readonly<Record<Rule, number>>;

/** Counts what each key of each rule does within a minute. In memory: every process counts for itself. */
export class RateLimits<Rule extends string> {
  readonly #limiters: ReadonlyMap<string, RateLimiterMemory>;

  constructor(settings: RateSettings<Rule>) {
    this.#limiters = new Map(
      Object.entries<number>(settings).map(([rule, points]) => [
        rule,
        new RateLimiterMemory({ keyPrefix: rule, points, duration: MINUTE }),
      ]),
    );
  }

  /** Takes a turn. Null if there was one; otherwise the seconds until there is one again. */
  async take(rule: Rule, key: string): Promise<number | null> {
    try {
      await this.#limiters.get(rule)?.consume(key);
      return null;
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      return Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
    }
  }
}
