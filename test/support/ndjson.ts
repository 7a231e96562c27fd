import { ADMIN_KEY, type Answer, type TestApp } from './app.ts';
import { answerOf } from './call.ts';

/** Imports facts, one a line, or a body as it is. */
export async function bring(
  app: TestApp,
  facts: readonly unknown[] | RequestInit['body'],
  { query = '', key = ADMIN_KEY, actor }: { query?: string; key?: string; actor?: string } = {},
): Promise<Answer> {
  return answerOf(
    await app.request(`/v1/relationships/import${query}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, ...(actor !== undefined && { 'X-Actor': actor }) },
      body: Array.isArray(facts) ? ndjson(...facts) : ((facts as RequestInit['body']) ?? null),
      duplex: 'half',
    }),
  );
}

/** Facts as lines; text stands for itself. */
export function ndjson(...facts: readonly unknown[]): string {
  return facts.map((fact) => (typeof fact === 'string' ? fact : JSON.stringify(fact))).join('\n');
}
