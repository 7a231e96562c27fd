import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, inject, onTestFinished, test } from 'vitest';
import { testApp } from '../support/app.ts';
import { decision, standardWorld } from '../support/cast.ts';
import { testDatabase } from '../support/database.ts';
import { leaveOut } from '../support/leave-out.ts';
import { networkTo } from '../support/network.ts';
import { cleanUp, temporaryFolder, until } from '../support/service.ts';

// What a real pooler between the service and its database does, by how it shares sessions.

const PGBOUNCER = '/usr/sbin/pgbouncer';
const NOBODY = 65_534;

afterAll(cleanUp);

/** A PgBouncer before a database of its own; the address that leads through it. */
async function through(mode: string, more = ''): Promise<string> {
  const database = await testDatabase();
  onTestFinished(async () => database.drop());
  const folder = await temporaryFolder();
  await chmod(folder, 0o777);
  const { host, user } = inject('postgres');
  // PgBouncer refuses to be root, and nobody else may pass to the server's socket.
  const open = join(folder, '.s.PGSQL.5432');
  const network = await networkTo(join(host, '.s.PGSQL.5432'), open);
  onTestFinished(async () => network.down());
  await chmod(open, 0o777);
  await writeFile(join(folder, 'users.txt'), `"${user}" ""\n`);
  const settings = [
    '[databases]',
    `${database.name} = host=${folder} port=5432 dbname=${database.name} user=${user}`,
    '[pgbouncer]',
    'listen_addr =',
    `unix_socket_dir = ${folder}`,
    'listen_port = 6432',
    'auth_type = trust',
    `auth_file = ${join(folder, 'users.txt')}`,
    `pool_mode = ${mode}`,
    more,
  ];
  await writeFile(join(folder, 'pgbouncer.ini'), settings.join('\n'));
  const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const child = spawn(PGBOUNCER, [join(folder, 'pgbouncer.ini')], { stdio: 'ignore', ...asNobody });
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  await until(() => existsSync(join(folder, '.s.PGSQL.6432')));
  return `postgresql://${user}@localhost:6432/${database.name}?host=${encodeURIComponent(folder)}`;
}

const isThere = existsSync(PGBOUNCER);
if (!isThere) leaveOut('LEFT OUT, since it is not here: PgBouncer (apt-get install pgbouncer)', 'DATABASE_TESTS');

test.each(isThere ? ['transaction', 'statement'] : [])('in %s mode the start is refused', async (mode) => {
  const url = await through(mode, 'ignore_startup_parameters = options, statement_timeout');
  await expect(testApp({ DATABASE_URL: url })).rejects.toThrow(
    /a pooler gives its sessions to several clients by turns.*pool_mode = session/,
  );
});

test.each(isThere ? ['session'] : [])(
  'in %s mode all is well, once it passes over what it does not know',
  async (mode) => {
    await expect(testApp({ DATABASE_URL: await through(mode) })).rejects.toThrow(
      /unsupported startup parameter.*; let the pooler pass it over/,
    );
    const url = await through(mode, 'ignore_startup_parameters = options, statement_timeout\ndefault_pool_size = 60');
    const app = await testApp({ DATABASE_URL: url });
    await standardWorld(app);
    expect(await decision(app, 'adm', 'request_account_access', 'business_center:bc1')).toMatch(/^ALLOW/);
    await app.close();
  },
);
