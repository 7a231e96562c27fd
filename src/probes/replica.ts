import type { DatabaseAddress } from '../store/open.ts';
import { REPLAYED } from '../store/replica.ts';
import { connected } from './database-report.ts';
import { innermost, type Finding } from './finding.ts';

const THE_REPLICA = 'The replica (DATABASE_REPLICA_URL)';

/** Probes the replica at an address. Without it the database answers, so nothing that is wrong with it is a problem. */
export async function probeReplica(replica: DatabaseAddress, database: DatabaseAddress): Promise<Finding[]> {
  try {
    const position = await askOne<{ position: string }>(replica, REPLAYED);
    if (position === undefined) return [warning('it is no standby; name one that follows the database')];
    const [cluster] = position.position.split('.');
    const own = await askOne<{ id: string }>(database, CLUSTER_ID).catch(() => undefined);
    if (own !== undefined && own.id !== cluster) {
      return [warning('it follows another database than that of DATABASE_URL; name one that follows it')];
    }
    return [{ level: 'well', says: `${THE_REPLICA} is a standby that can be read.` }];
  } catch (error) {
    return [warning(innermost(error))];
  }
}

const CLUSTER_ID = 'select to_hex(system_identifier) as id from pg_control_system()';

function warning(why: string): Finding {
  return { level: 'warning', says: `${THE_REPLICA} cannot be read, so the database answers for it: ${why}.` };
}

async function askOne<Row extends object>(address: DatabaseAddress, text: string): Promise<Row | undefined> {
  const client = await connected(address);
  try {
    const { rows } = await client.query<Row>(text);
    return rows[0];
  } finally {
    await client.end().catch(() => undefined);
  }
}
