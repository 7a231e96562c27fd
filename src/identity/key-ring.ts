import { createHash, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ApiKey } from '../domain/api-keys/entity.ts';
import { parseKey, secretMatches } from '../domain/api-keys/key-format.ts';
import type { CallingKey, Query } from '../domain/context.ts';
import { databaseError } from '../domain/database-errors.ts';

/** However well writes are heard of, a key is looked up anew after this time (milliseconds). */
const HOLDS_FOR = 5000;

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

/** Finds the API key behind a bearer token. */
export class KeyRing {
  readonly #query: Query;
  readonly #bootstrap: Buffer | null;
  readonly #hearing: () => boolean;
  readonly #known = new LRUCache<string, CallingKey>({ max: 10_000, ttl: HOLDS_FOR });
  #generation = 0;

  /** @param hearing whether every revocation is heard of; while not, nothing is remembered */
  constructor(query: Query, options: { bootstrapApiKey: string | null; hearing: () => boolean }) {
    this.#query = query;
    this.#bootstrap = options.bootstrapApiKey === null ? null : digest(options.bootstrapApiKey);
    this.#hearing = options.hearing;
  }

  /** Something was written, or may have been: look keys up anew. */
  forget(): void {
    this.#generation += 1;
    this.#known.clear();
  }

  /** The key, or null for a token that is none, or is revoked or expired. @throws SparkgateError `unavailable` */
  async find(token: string): Promise<CallingKey | null> {
    const hashed = digest(token);
    if (this.#bootstrap && timingSafeEqual(hashed, this.#bootstrap)) return BOOTSTRAP;
    const parts = parseKey(token);
    if (!parts) return null;
    const cacheKey = hashed.toString('base64');
    const known = this.#known.get(cacheKey);
    if (known) return known;
    const generation = this.#generation;
    const [row] = await this.#query<KeyRow>(KEY, [parts.id]).catch(rethrow);
    const holdsFor = row ? millisecondsLeft(row, parts.secret) : 0;
    if (!row || holdsFor < 1) return null;
    const key: CallingKey = { id: row.id, name: row.name, permissions: row.permissions, bcIds: row.bc_ids };
    if (this.#hearing() && generation === this.#generation) {
      this.#known.set(cacheKey, key, { ttl: Math.min(HOLDS_FOR, Math.floor(holdsFor)) });
    }
    if (row.first_today) this.#noteUse(row.id);
    return key;
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

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function rethrow(error: unknown): never {
  throw databaseError(error);
}
