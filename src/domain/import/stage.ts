import type { Query } from '../context.ts';
import type { FactType } from './fact-line.ts';
import type { NumberedFact } from './read-lines.ts';

/** How many facts of each type were staged. */
export type Counts = Partial<Record<FactType, number>>;

/** Facts in one INSERT. */
const CHUNK = 5000;

/** Puts facts into a temporary table as they come, so that nothing is locked while a caller is still sending. */
export async function stageFacts(
  query: Query,
  facts: AsyncIterable<NumberedFact>,
  onProgress: (lines: number) => void,
): Promise<Counts> {
  await query('create temporary table staged (line int not null, type text not null, fact jsonb not null)', []);
  const counts: Counts = {};
  let chunk: NumberedFact[] = [];
  let staged = 0;
  const flush = async (): Promise<void> => {
    await insert(query, chunk);
    staged += chunk.length;
    chunk = [];
    onProgress(staged);
  };
  for await (const numbered of facts) {
    chunk.push(numbered);
    counts[numbered.fact.type] = (counts[numbered.fact.type] ?? 0) + 1;
    if (chunk.length === CHUNK) await flush();
  }
  await flush();
  await query('create index on staged (type)', []);
  await query('create index on staged using brin (line)', []);
  await query('analyze staged', []);
  return counts;
}

async function insert(query: Query, facts: readonly NumberedFact[]): Promise<void> {
  if (facts.length === 0) return;
  await query(
    'insert into staged select s.line, s.type, s.fact::jsonb from unnest($1::int[], $2::text[], $3::text[]) as s (line, type, fact)',
    [facts.map(({ line }) => line), facts.map(({ fact }) => fact.type), facts.map(({ fact }) => JSON.stringify(fact))],
  );
}
