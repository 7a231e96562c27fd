import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

/** A database of its own for one test file. */
export interface TestDatabase {
  /** As its owner, whom nothing binds. */
  url: string;
  /** As the role that serves. */
  servingUrl: string;
  name: string;
  drop: () => Promise<void>;
}

/** @param template the migrated database, or `template0` for an empty one */
export async function testDatabase(template: 'sparkgate' | 'template0' = 'sparkgate'): Promise<TestDatabase> {
  const { host, user, serving } = inject('postgres');
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  await admin(`create database ${name} template ${template} strategy file_copy`);
  return {
    name,
    url: `postgresql://${user}@localhost/${name}?host=${encodeURIComponent(host)}`,
    servingUrl: `postgresql://${serving}@localhost/${name}?host=${encodeURIComponent(host)}`,
    drop: async () => admin(`drop database if exists ${name} with (force)`),
  };
}

/** Runs one statement as the server's administrator. */
async function admin(statement: string): Promise<void> {
  const client = new pg.Client({ ...inject('postgres'), database: 'postgres' });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
