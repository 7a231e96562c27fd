import { authorizeReading } from '../authorize.ts';
import type { Context, Query } from '../context.ts';
import type { FactType } from '../import/fact-line.ts';

/** Facts that are read at once. */
const CHUNK = 2000;

/** Facts of one type as import lines: SQL of rows `t`, in the order of their key. */
interface Exported {
  type: FactType;
  key: readonly string[];
  from: string;
  /** SQL of the line, without its type. */
  line: string;
  /** Which rows are of the Business Centers $1. */
  within: string;
}

const current = 't.valid_to is null';
const object = (...columns: string[]): string =>
  `jsonb_build_object(${columns.map((column) => `'${column}', t.${column}`).join(', ')})`;

/** Who added the scopes of an assignment, where the member did. */
const BY = `case when t.self_assigned = '{}' then '{}' else jsonb_build_object('by',
  (select jsonb_object_agg(scope, 'user:' || t.user_id) from unnest(t.self_assigned) as scope)) end`;

/** In the order in which an import brings them in. */
const TYPES: readonly Exported[] = [
  {
    type: 'business_center',
    key: ['bc_id'],
    from: 'business_center t where true',
    line: object('bc_id', 'name'),
    within: 't.bc_id = any ($1)',
  },
  {
    type: 'tiktok_account',
    key: ['id'],
    from: 'tiktok_account t where true',
    line: object('id', 'handle', 'display_name', 'ad_authorization', 'showcase'),
    within: `exists (select from account_grant g
      where g.tiktok_account_id = t.id and g.valid_to is null and g.bc_id = any ($1))`,
  },
  {
    type: 'ad_account',
    key: ['advertiser_id'],
    from: 'ad_account t where true',
    line: object('advertiser_id', 'name', 'bc_id'),
    within: 't.bc_id = any ($1)',
  },
  {
    type: 'user',
    key: ['id'],
    from: 'user_profile t where true',
    line: object('id', 'display_name', 'email'),
    within: `exists (select from member m where m.user_id = t.id and m.valid_to is null and m.bc_id = any ($1))`,
  },
  {
    type: 'entity',
    key: ['type', 'id'],
    from: 'entity t where true',
    line: `jsonb_build_object('entity_type', t.type, 'id', t.id, 'attributes', t.attributes)`,
    within: 'false',
  },
  {
    type: 'member',
    key: ['bc_id', 'user_id'],
    from: `member t where ${current}`,
    line: object('bc_id', 'user_id', 'user_role'),
    within: 't.bc_id = any ($1)',
  },
  {
    type: 'ad_account_member',
    key: ['advertiser_id', 'user_id'],
    from: `ad_account_member t where ${current}`,
    line: object('advertiser_id', 'user_id', 'advertiser_role'),
    within: 'exists (select from ad_account a where a.advertiser_id = t.advertiser_id and a.bc_id = any ($1))',
  },
  {
    type: 'account_link',
    key: ['tiktok_account_id', 'user_id'],
    from: `account_link t where ${current}`,
    line: object('tiktok_account_id', 'user_id', 'scopes'),
    within: 'false',
  },
  {
    type: 'account_grant',
    key: ['bc_id', 'tiktok_account_id'],
    from: `account_grant t where ${current}`,
    line: object('bc_id', 'tiktok_account_id', 'scopes'),
    within: 't.bc_id = any ($1)',
  },
  {
    type: 'assignment',
    key: ['bc_id', 'tiktok_account_id', 'user_id'],
    from: `assignment t where ${current}`,
    line: `${object('bc_id', 'tiktok_account_id', 'user_id', 'scopes')} || ${BY}`,
    within: 't.bc_id = any ($1)',
  },
];

/** Facts of one moment as NDJSON, and its revision. */
export interface Export {
  revision: string;
  /** Chunks of lines; disposing of the iterator ends the transaction. @throws what the database throws meanwhile */
  chunks: AsyncGenerator<string>;
}

/**
 * Every current fact as a line that an import takes, all of one moment: of these Business Centers, or (null) of all that
 * the key is for. Links and entities belong to no Business Center: only a key that is not confined has them.
 */
export async function exportFacts(ctx: Context, bcIds: readonly string[] | null): Promise<Export> {
  const centers = bcIds ?? ctx.key?.bcIds ?? null;
  await authorizeReading(ctx, centers ?? [null]);
  const lines = readAll(ctx, centers);
  const first = await lines.next();
  if (first.done === true) throw new Error('an export without a revision');
  return { revision: first.value, chunks: lines };
}

/** First the revision, then chunks of lines. */
async function* readAll(ctx: Context, bcIds: readonly string[] | null): AsyncGenerator<string> {
  await using session = await ctx.session('export');
  const revision = await ctx.position();
  await using _moment = await session.snapshot();
  yield revision;
  for (const type of TYPES) yield* readType(session.query, type, bcIds);
}

async function* readType(
  query: Query,
  { type, key, from, line, within }: Exported,
  bcIds: readonly string[] | null,
): AsyncGenerator<string> {
  const names = key.map((column) => `t.${column}`).join(', ');
  const after = `(${names}) > (${key.map((_, index) => `$${index + 2}`).join(', ')})`;
  const text = `
    select ${line} || '{"type": "${type}"}' as line, array[${names}] as key
      from ${from} and ($1::text[] is null or ${within}) and ${after}
     order by ${names} limit ${CHUNK}`;
  for (let place = key.map(() => ''); ;) {
    const rows = await query<{ line: object; key: string[] }>(text, [bcIds, ...place]);
    if (rows.length > 0) yield rows.map((row) => `${JSON.stringify(row.line)}\n`).join('');
    if (rows.length < CHUNK) return;
    place = rows.at(-1)?.key ?? place;
  }
}
