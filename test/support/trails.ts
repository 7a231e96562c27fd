import type { TestApp } from './app.ts';
import { sql } from './sql.ts';

/** An entry of the audit trail, its subject as `user:sam`. */
export interface Entry {
  bc_id: string | null;
  event: string;
  subject: string;
  before: unknown;
  after: unknown;
  flags: string[];
}

/** An entry without flags. */
export const entry = (bcId: string | null, event: string, subject: string, before: unknown, after: unknown): Entry => ({
  bc_id: bcId,
  event,
  subject,
  before,
  after,
  flags: [],
});

/** The write whose revision it is. */
export function writeOf(revision: string | null): string | undefined {
  return revision?.split('.')[3];
}

/** The entries of one revision, in the trail of each Business Center as it is read there, and in that of none. */
export async function entriesAt(app: TestApp, revision: string): Promise<Entry[]> {
  const bcIds = await sql<{ bc_id: string }>(app, 'select bc_id from business_center');
  const own = await Promise.all(bcIds.map(async ({ bc_id: bcId }) => trail(app, `&bc_id=${bcId}`)));
  const all = await trail(app, '');
  return [...own.flat(), ...all.filter((it) => it.bc_id === null)]
    .filter((it) => it.revision === writeOf(revision) && it.event !== 'relationships.imported')
    .map(({ bc_id, event, subject: { type, id }, before, after, flags }) => ({
      bc_id,
      event,
      subject: `${type}:${id}`,
      before,
      after,
      flags,
    }));
}

type Shown = Omit<Entry, 'subject'> & { revision: string; subject: { type: string; id: string } };

async function trail(app: TestApp, query: string): Promise<Shown[]> {
  const { body } = await app.call('GET', `/v1/audit?limit=200${query}`);
  if (body.next_cursor !== null) throw new Error('the trail is longer than a page');
  return body.items;
}
