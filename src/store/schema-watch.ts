import type { Query } from '../domain/context.ts';
import { KNOWN } from './schema-state.ts';

const UNKNOWN = 'select name from mikro_orm_migrations where name <> all ($1::text[])';
const EVERY_MS = 30_000;

/** Notices when a later version migrates the database under a process that runs. */
export interface SchemaWatch {
  /** Whether this version knows all that was done to the database. @throws when that does not answer */
  isKnown: () => Promise<boolean>;
  close: () => void;
}

/** @param onUnknown hears once of the migrations that this version does not know */
export function watchSchema(query: Query, onUnknown: (names: readonly string[]) => void): SchemaWatch {
  let known = true;
  const isKnown = async (): Promise<boolean> => {
    const unknown = (await query<{ name: string }>(UNKNOWN, [KNOWN])).map(({ name }) => name);
    if (known && unknown.length > 0) onUnknown(unknown);
    known = unknown.length === 0;
    return known;
  };
  const timer = setInterval(() => void isKnown().catch(() => undefined), EVERY_MS).unref();
  return { isKnown, close: () => clearInterval(timer) };
}
