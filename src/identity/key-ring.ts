import { createHash, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ApiKey } from '../domain/api-keys/entity.ts';
import { parseKey, secretMatches } from '../domain/api-keys/key-format.ts';
import type { CallingKey, Query } from '../domain/context.ts';
import { databaseError } from '../domain/database-errors.ts';

/** However well writes are heard of, a key is looked up anew after this time (milliseconds). */
const HOLDS_FOR = 5000;

const KEY = 'select id, name, secret_hash, permissions, bc_ids from api_key where id = $1::uuid and revoked_at is null';

interface KeyRow extends Pick<ApiKey, 'id' | 'name' | 'permissions'> {
  secret_hash: Buffer;
  bc_ids: string[] | null;
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

  /** The key, or null for a token that is none, or is revoked. @throws SparkgateError `unavailable` */
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
    if (!row || !secretMatches(parts.secret, row.secret_hash)) return null;
    const key: CallingKey = { id: row.id, name: row.name, permissions: row.permissions, bcIds: row.bc_ids };
    if (this.#hearing() && generation === this.#generation) this.#known.set(cacheKey, key);
    return key;
  }
}

const BOOTSTRAP: CallingKey = { id: 'bootstrap', name: 'BOOTSTRAP_API_KEY', permissions: ['admin'], bcIds: null };

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function rethrow(error: unknown): never {
  throw databaseError(error);
}
