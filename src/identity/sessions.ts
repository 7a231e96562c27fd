import { databaseError } from '../domain/database-errors.ts';
import type { Query, SecretKeys } from '../domain/context.ts';
import type { SignedInActor } from '../domain/sign-ins/entity.ts';
import { browserField, csrfToken, nextSessionToken, sessionTokenHash } from '../domain/sign-ins/session-token.ts';

/** A sign-in that holds. */
export interface Session {
  id: string;
  actor: SignedInActor;
  displayName: string | null;
  /** Who vouched for the person; null for the demo's sign-in. */
  issuer: string | null;
  csrfToken: string;
  /** Those that forms may carry: those of the secret keys before, too. */
  csrfTokens: readonly string[];
  signedInAt: Date;
  /** The token that takes the place of the one that was sent; null while that one is young. */
  renewed: string | null;
}

/** Who asks: only what a person does keeps a sign-in from becoming idle, and renews its token. */
export type AskedBy = 'person' | 'machine';

/** A token is renewed after this time, in seconds. */
const RENEWED_AFTER = 900;

/** Once the next token was seen, requests under way may carry the one before for as long, in seconds. */
const OVERLAP = 60;

/** When a person was last seen is known to so many seconds. */
const NOTED_EVERY = 1;

const FIND = `select id, subject_id, display_name, issuer, token_hash, token_hash = $1 as current, token_taken as taken,
    (extract(epoch from created_at) * 1000)::float8 as since,
    last_seen_at < now() - interval '${NOTED_EVERY} s' as unseen,
    renewed_at < now() - interval '${RENEWED_AFTER} s' as old
  from sign_in
  where (token_hash = $1
      or (previous_token_hash = $1 and (not token_taken or renewed_at > now() - interval '${OVERLAP} s')))
    and subject_type = $2 and ended_at is null and expires_at > now()
    and last_seen_at > now() - make_interval(secs => $3)`;

const RENEW = `update sign_in
  set token_hash = $2, previous_token_hash = $1, renewed_at = now(), token_taken = false, last_seen_at = now()
  where token_hash = $1 and ended_at is null`;

const NOTE_TAKEN =
  'update sign_in set token_taken = true, renewed_at = now() where token_hash = $1 and not token_taken';

const NOTE_SEEN = 'update sign_in set last_seen_at = now() where id = $1::uuid';

interface Row {
  id: string;
  subject_id: string;
  display_name: string | null;
  issuer: string | null;
  token_hash: Buffer;
  current: boolean;
  taken: boolean;
  since: number;
  unseen: boolean;
  old: boolean;
}

/** Finds the sign-in behind a browser's token. Nothing is remembered here: a sign-out counts everywhere at once. */
export class Sessions {
  readonly #query: Query;
  readonly #secretKeys: SecretKeys;
  readonly #idle: number;

  /** @param options.idle seconds after which an unused sign-in no longer holds */
  constructor(query: Query, options: { secretKeys: SecretKeys; idle: number }) {
    this.#query = query;
    this.#secretKeys = options.secretKeys;
    this.#idle = options.idle;
  }

  /** The sign-in of this kind of person, or null for a token that is none or no longer. @throws SparkgateError `unavailable` */
  async find(token: string, type: SignedInActor['type'], by: AskedBy): Promise<Session | null> {
    const hash = sessionTokenHash(token);
    const [row] = await this.#ask<Row>(FIND, [hash, type, this.#idle]);
    if (!row) return null;
    if (row.current && !row.taken) await this.#ask(NOTE_TAKEN, [hash]);
    return {
      id: row.id,
      actor: { type, id: row.subject_id },
      displayName: row.display_name,
      issuer: row.issuer,
      csrfToken: csrfToken(this.#secretKeys[0], row.id),
      csrfTokens: this.#secretKeys.map((secretKey) => csrfToken(secretKey, row.id)),
      signedInAt: new Date(row.since),
      renewed: by === 'person' ? await this.#seen(row, hash) : null,
    };
  }

  /** The field of the forms of a browser in which nobody is signed in. */
  fieldOf(browser: string): string {
    return browserField(this.#secretKeys[0], browser);
  }

  /** The fields that such forms may carry. */
  fieldsOf(browser: string): readonly string[] {
    return this.#secretKeys.map((secretKey) => browserField(secretKey, browser));
  }

  /** Notes that the person was here. Answers the next token, where it is due or did not arrive the first time. */
  async #seen(row: Row, hash: Buffer): Promise<string | null> {
    if (row.unseen) await this.#ask(NOTE_SEEN, [row.id]);
    const due = row.current ? row.old && row.taken : !row.taken;
    if (!due) return null;
    const nexts = this.#secretKeys.map((secretKey) => nextSessionToken(secretKey, row.id, hash));
    // What did not arrive may have been made under a key before; where it cannot be made again, the one sent goes on.
    if (!row.current) return nexts.find((it) => sessionTokenHash(it).equals(row.token_hash)) ?? null;
    const [next = ''] = nexts;
    await this.#ask(RENEW, [hash, sessionTokenHash(next)]);
    return next;
  }

  async #ask<R extends object>(text: string, values: unknown[]): Promise<R[]> {
    return this.#query<R>(text, values).catch((error: unknown) => {
      throw databaseError(error);
    });
  }
}
