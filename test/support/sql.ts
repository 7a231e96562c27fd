import pg from 'pg';
import type { TestApp } from './app.ts';

/** Runs statements beside the service, one transaction: what the database itself makes of them. */
export async function sql<Row extends pg.QueryResultRow>(
  app: Pick<TestApp, 'databaseUrl'>,
  text: string,
  values?: unknown[],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: app.databaseUrl });
  await client.connect();
  try {
    const result = await client.query<Row>(text, values);
    return result.rows;
  } finally {
    await client.end();
  }
}

/** Which rule of the database refuses these statements: the constraint's name; `accepted` if none does. */
export async function refusedBy(app: Pick<TestApp, 'databaseUrl'>, text: string, values?: unknown[]): Promise<string> {
  try {
    await sql(app, text, values);
    return 'accepted';
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.constraint !== undefined) return error.constraint;
    throw error;
  }
}
