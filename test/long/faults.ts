import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { embeddedInstallation } from '../../src/platform/embedded-postgres.ts';
import { FAULTS } from './faults/faults.ts';
import { measure, type Row } from './faults/measure.ts';
import { Server, type Kind } from './faults/server.ts';

// What accidents do to two nodes under load, as a table: on the embedded PostgreSQL over a socket, and on Debian's 15
// over TCP, where that is installed. Exit code 1: an answer was wrong, or something acknowledged was lost.

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    on: { type: 'string', default: '' },
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    stories: { type: 'boolean', default: false },
  },
});
const DEBIAN = process.env['TEST_POSTGRES_BIN'] ?? '/usr/lib/postgresql/15/bin';
const KINDS: Kind[] = [
  { name: 'PostgreSQL 18 over a socket', binaries: join(embeddedInstallation(), 'bin'), port: null },
  { name: 'PostgreSQL 15 over TCP', binaries: DEBIAN, port: 54_315 },
];

for (const kind of KINDS.filter(({ name }) => name.includes(values.on))) {
  console.log(`\n${kind.name}, seed ${values.seed}`);
  if (existsSync(kind.binaries)) await faultsOn(kind);
  else console.log(`LEFT OUT, since it is not in ${kind.binaries}`);
}

async function faultsOn(kind: Kind): Promise<void> {
  const server = await Server.start(kind);
  const rows: Row[] = [];
  const during = Number(values.seconds) * 1000;
  const times = { before: 4000, during, after: 8000, patience: during + 90_000 };
  try {
    for (const [n, fault] of FAULTS.entries()) {
      if (!fault.name.includes(values.only)) continue;
      const why = fault.leftOut?.({ server }) ?? null;
      if (why !== null) console.log(`${fault.name}: LEFT OUT, since ${why}`);
      if (why !== null) continue;
      const { row, stories } = await measure(server, fault, { seed: Number(values.seed) + n, times });
      rows.push(row);
      console.log(JSON.stringify(row));
      if (values.stories) console.log(stories.join('\n'));
    }
    console.table(rows);
    if (rows.some((row) => row.wrong_answers + row.lost > 0)) process.exitCode = 1;
  } finally {
    await server.remove();
  }
}
