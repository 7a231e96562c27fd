import { createHash, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ApiKey } from '../domain/api-keys/entity.ts';
import { parseKey, secretMatches } from '../domain/api-keys/key-format.ts';
import type { CallingKey, Query } from '../domain/context.ts';
import { databaseError } from '../domain/database-errors.ts';

/** However well changes are heard of, a key is looked up anew after this time (milliseconds). */
const HOLDS_FOR = 5000;

/** So long ago it was looked at whether keys have changed, at the most, for calls that do not look themselves (milliseconds). */
const TICK_MS = 50;

/** Times are told as milliseconds from now by the database's clock, which is the one that they were written by. */
const KEY = `
select id, name, secret_hash, previous_secret_hash, permissions, bc_ids,
       (extract(epoch from expires_at - clock_timestamp()) * 1000)::float8 as expires_in,
       (extract(epoch from previous_secret_until - clock_timestamp()) * 1000)::float8 as previous_secret_in,
       last_used_on is distinct from (clock_timestamp() at time zone 'UTC')::date as first_today
  from api_key where id = $1::uuid and revoked_at is null`;

const USED_TODAY = `
update api_key set last_used_on = (clock_timestamp() at time zone 'UTC')::date
 where id = $1::uuid and last_used_on is distinct from (clock_timestamp() at time zone 'UTC')::date`;

interface KeyRow extends Pick<ApiKey, 'id' | 'name' | 'permissions'> {
  secret_hash: Buffer;
  previous_secret_hash: Buffer | null;
  bc_ids: string[] | null;
  expires_in: number | null;
  previous_secret_in: number | null;
  first_today: boolean;
}

/** A token that opened a key of late, in {@link comparable} form. */
interface Opened {
  token: Buffer;
  key: CallingKey;
  /** When it was looked up, and when to do so anew, by `performance.now()`. */
  seenAt: number;
  until: number;
}

/** Finds the API key behind a bearer token. */
export class KeyRing {
  readonly #query: Query;
  readonly #bootstrap: Buffer | null;
  readonly #lookedAt: () => number;
  /** By the part of a token that is no secret. */
  readonly #opened = new LRUCache<string, readonly Opened[]>({ max: 10_000 });
  readonly #asked = new Map<string, Promise<CallingKey | null>>();
  #changes = 0;

  /** @param lookedAt when it was last looked at whether keys have changed, by `performance.now()` */
  constructor(query: Query, options: { bootstrapApiKey: string | null; lookedAt: () => number }) {
    this.#query = query;
    this.#bootstrap = options.bootstrapApiKey === null ? null : Buffer.from(comparable(options.bootstrapApiKey));
    this.#lookedAt = options.lookedAt;
  }

  /** How often keys may have changed: who found a key before the last change finds it anew. */
  get changes(): number {
    return this.#changes;
  }

  /** Something was written, or may have been: look keys up anew. */
  forget(): void {
    this.#changes += 1;
    this.#opened.clear();
  }

  /**
   * The key, if it is known without asking the database; it may have been revoked since. Secrets are compared in constant
   * time.
   * @param lookedAfter so late it was looked at whether keys have changed, by `performance.now()`
   */
  known(token: string, lookedAfter = -Infinity): CallingKey | null {
    const sought = comparable(token);
    if (this.#bootstrap && timingSafeEqual(sought, this.#bootstrap)) return BOOTSTRAP;
    const now = performance.now();
    for (const { token: opens, key, seenAt, until } of this.#opened.get(publicPart(token)) ?? []) {
      const looked = Math.max(seenAt, this.#lookedAt()) >= lookedAfter;
      if (timingSafeEqual(sought, opens) && looked && now < until) return key;
    }
    return null;
  }

  /**
   * The key, or null for a token that is none, or is expired, or was revoked. Whoever looks for changes afterwards finds
   * out by {@link changes} what was revoked lately. @throws SparkgateError `unavailable`
   * @param mostMs for how long a revocation may go unnoticed, in milliseconds
   */
  async find(token: string, mostMs = TICK_MS): Promise<CallingKey | null> {
    const known = this.known(token, performance.now() - mostMs);
    if (known) return known;
    const parts = parseKey(token);
    if (!parts) return null;
    // Those who come while it is looked up share that, unless keys have changed since it began.
    const asked = `${this.#changes} ${token}`;
    const underWay = this.#asked.get(asked) ?? this.#lookUp(token, parts).finally(() => this.#asked.delete(asked));
    this.#asked.set(asked, underWay);
    return underWay;
  }

  async #lookUp(token: string, parts: NonNullable<ReturnType<typeof parseKey>>): Promise<CallingKey | null> {
    const [changes, seenAt] = [this.#changes, performance.now()];
    const [row] = await this.#query<KeyRow>(KEY, [parts.id]).catch(rethrow);
    const holdsFor = row ? millisecondsLeft(row, parts.secret) : 0;
    if (!row || holdsFor < 1) return null;
    const key: CallingKey = { id: row.id, name: row.name, permissions: row.permissions, bcIds: row.bc_ids };
    if (changes === this.#changes) this.#remember(token, key, seenAt, Math.min(HOLDS_FOR, holdsFor));
    if (row.first_today) this.#noteUse(row.id);
    return key;
  }

  #remember(token: string, key: CallingKey, seenAt: number, holdsFor: number): void {
    const now = performance.now();
    const opened: Opened = { token: Buffer.from(comparable(token)), key, seenAt, until: now + holdsFor };
    const others = (this.#opened.get(publicPart(token)) ?? []).filter(
      (it) => now < it.until && !timingSafeEqual(it.token, opened.token),
    );
    this.#opened.set(publicPart(token), [opened, ...others]);
  }

  /** Nobody waits for this, and a database that takes no writes refuses nobody because of it. */
  #noteUse(id: string): void {
    void this.#query(USED_TODAY, [id]).catch(() => undefined);
  }
}

/** For how long a secret still opens the key; 0 where it does not. Both hashes are compared, whichever matches. */
function millisecondsLeft(row: KeyRow, secret: string): number {
  const current = secretMatches(secret, row.secret_hash);
  const previous = row.previous_secret_hash !== null && secretMatches(secret, row.previous_secret_hash);
  const expires = row.expires_in ?? Infinity;
  if (current) return expires;
  return previous ? Math.min(expires, row.previous_secret_in ?? 0) : 0;
}

const BOOTSTRAP: CallingKey = { id: 'bootstrap', name: 'BOOTSTRAP_API_KEY', permissions: ['admin'], bcIds: null };

/** Bytes of a token that are compared as they are; longer ones by their hash. */
const COMPARED = 512;
const scratch = Buffer.alloc(COMPARED);

/**
 * A text in a form that takes as long to compare with any other. It holds until the next call. No header has a zero byte
 * in it, so what is filled up with them differs where the texts do.
 */
function comparable(text: string): Buffer {
  scratch.fill(0);
  if (text.length * 3 <= COMPARED) scratch.write(text);
  else createHash('sha512').update(text).digest().copy(scratch);
  return scratch;
}

/** `sg_<id>`. */
const PUBLIC_LENGTH = 3 + 32;

function publicPart(token: string): string {
  return token.slice(0, PUBLIC_LENGTH);
}

function rethrow(error: unknown): never {
  throw databaseError(error);
}
