/** A stand-in for the service: holds a data directory, runs both servers on it, reports one JSON line per event. */
import { startSupervisor } from '../../src/platform/children.ts';
import { claimDataDir } from '../../src/platform/data-dir.ts';
import { startEmbeddedCerbos } from '../../src/platform/embedded-cerbos.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';

const [dataDir = '', policyDir = ''] = process.argv.slice(2);
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

try {
  const { path, runDir } = await claimDataDir(dataDir);
  const children = await startSupervisor({ onEvent: say });
  const postgres = await startEmbeddedPostgres(children, { dataDir: path, runDir, durable: false });
  const cerbos = await startEmbeddedCerbos(children, { name: 'cerbos', policyDir, runDir });
  say({ type: 'up', postgres, cerbos });
  process.once('SIGTERM', () => void children.close().then(() => process.exit(0)));
} catch (error) {
  say({ type: 'refused', name: (error as Error).name, message: (error as Error).message });
  process.exit(1);
}
