import type { DatabaseAddress } from '../store/open.ts';
import { laterVersion, schemaState, withConnection, type SchemaState } from '../store/schema-state.ts';
import { cannotBeUsed, subjectOf } from './database.ts';
import type { Finding } from './finding.ts';

/** Probes whether the role at an address can serve on the schema that is there; nothing is found where all is well. */
export async function probeSchema(address: DatabaseAddress): Promise<Finding[]> {
  const subject = subjectOf(address);
  try {
    const state = await withConnection(address, async (client) => schemaState(client));
    return schemaFindings(subject, state);
  } catch (error) {
    return [cannotBeUsed(subject, error)];
  }
}

/** What is to be said of a schema in this state. */
function schemaFindings(subject: string, state: SchemaState): Finding[] {
  const why = problemOf(state);
  if (why !== null) return [{ level: 'problem', says: `${subject} cannot be used: ${why}.` }];
  const advice = warningOf(state);
  return advice === null ? [] : [{ level: 'warning', says: `${subject} can be used, but ${advice}.` }];
}

function problemOf({ role, made, elsewhere, owns, pending, unknown, difference }: SchemaState): string | null {
  if (unknown.length > 0) return laterVersion(unknown);
  if (owns) return null;
  if (elsewhere !== null) {
    return (
      `its tables are in the schema ${elsewhere}, which is not in the search_path of the role ${role}; ` +
      `put it there (alter role ${role} set search_path = ${elsewhere})`
    );
  }
  const command = `run \`sparkgate migrate --serve-as ${role}\` as the role that owns the schema`;
  if (!made) return `there is no schema in it that the role ${role} may use, nor may that make one; ${command}`;
  if (pending === null) return `the role ${role} may not use its tables; ${command}`;
  if (pending.length > 0) {
    return `its schema is older than this version, and the role ${role} does not own it; ${command}`;
  }
  const missing = difference?.missing ?? [];
  return missing.length > 0 ? `the role ${role} lacks ${missing.join(', ')}; ${command}` : null;
}

function warningOf({ role, owns, difference }: SchemaState): string | null {
  if (owns) {
    return (
      `the role ${role} owns its schema, so nothing keeps the service from changing the audit trail; ` +
      `make a role that owns nothing, run \`sparkgate migrate --serve-as ROLE\` as ${role}, and serve as that one`
    );
  }
  const excess = difference?.excess ?? [];
  if (excess.length === 0) return null;
  return `the role ${role} may also ${excess.join(', ')}; take from it what serving does not take`;
}
