import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { queryIn, transact, type Written } from '../transact.ts';
import { applyStaged } from './apply.ts';
import { readLines } from './read-lines.ts';
import { stageFacts, type Counts } from './stage.ts';

/** An import of so many facts or more lets PostgreSQL count anew what it knows of the tables. */
const MANY = 10_000;

/** Imports that may wait for their turn. */
const MOST_WAITING = 8;

/**
 * Imports facts from NDJSON, one a line: all of them or none.
 * @param onProgress hears how many lines have come in
 * @throws SparkgateError `invalid_request` that names the bad line
 */
export async function importFacts(
  ctx: Context,
  chunks: AsyncIterable<Uint8Array>,
  onProgress: (lines: number) => void = () => undefined,
): Promise<Written<Counts>> {
  await authorizeKey(ctx, 'write_relationships', [null]);
  if (ctx.imports.pendingCount >= MOST_WAITING) {
    throw new SparkgateError('unavailable', 'Too many imports are waiting already. Try again later.');
  }
  let counts: Counts = {};
  const written = await transact<Counts>(
    ctx,
    async (tx) => {
      if (counts.account_grant || counts.assignment) await authorizeKey(ctx, 'import_grants', [null]);
      if (total(counts) === 0) throw new SparkgateError('invalid_request', 'There is no fact in the body.');
      const voided = await applyStaged(tx);
      const subject = { type: 'import', id: tx.revision };
      return { result: counts, audit: [{ event: 'relationships.imported', subject, after: counts }, ...voided] };
    },
    async (query) => {
      counts = await stageFacts(query, readLines(chunks), onProgress);
    },
  );
  if (total(counts) >= MANY) await analyze(ctx);
  return written;
}

function total(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

async function analyze(ctx: Context): Promise<void> {
  const query = queryIn(ctx.orm.em.fork());
  await query(
    'analyze business_center, member, ad_account, ad_account_member, tiktok_account, account_link, account_grant, assignment',
    [],
  );
}
