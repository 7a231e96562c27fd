import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually, isAlive, isServing, policyFolder, sql, startHolder, temporaryFolder, until } from './support.ts';

test('both servers come up on an empty data directory, and the data outlives an orderly stop', async () => {
  const data = join(temporaryFolder(), 'data');
  const policies = policyFolder();
  const first = startHolder(data, policies);
  const { postgres, cerbos } = await first.up();
  expect(postgres).toMatchObject({ created: true, database: 'sparkgate', user: 'sparkgate_serve', owner: 'postgres' });
  expect(await isServing(cerbos)).toBe(true);
  expect(await sql(postgres, 'show server_version_num')).toEqual([expect.stringMatching(/^18/)]);
  expect(await sql(postgres, 'show data_checksums')).toEqual(['on']);
  await sql(postgres, 'create table kept as select 42 as n');
  await first.kill('SIGTERM');
  await first.gone();

  const again = await startHolder(data, policies).up();
  expect(again.postgres.created).toBe(false);
  expect(await sql(again.postgres, 'select n from kept')).toEqual([42]);
});

test('a half-made cluster of an interrupted first start is made anew', async () => {
  const data = join(temporaryFolder(), 'data');
  mkdirSync(join(data, 'pg.new', 'base'), { recursive: true });
  const { postgres } = await startHolder(data, policyFolder()).up();
  expect(await sql(postgres, 'select 1')).toEqual([1]);
  expect(existsSync(join(data, 'pg.new'))).toBe(false);
});

test('a cluster that PostgreSQL refuses is refused in its words', async () => {
  const data = join(temporaryFolder(), 'data');
  mkdirSync(join(data, 'pg'), { recursive: true, mode: 0o700 });
  writeFileSync(join(data, 'pg', 'PG_VERSION'), '12\n');
  expect(await startHolder(data, policyFolder()).refused()).toMatchObject({
    name: 'PlatformError',
    message: expect.stringContaining('could not access the server configuration file'),
  });
});

test('a killed PostgreSQL and a killed Cerbos are started again', async () => {
  const holder = startHolder(join(temporaryFolder(), 'data'), policyFolder());
  const { postgres, cerbos } = await holder.up();
  await sql(postgres, 'create table kept as select 42 as n');
  process.kill(holder.pidOf('postgres'), 'SIGKILL');
  process.kill(holder.pidOf('cerbos'), 'SIGKILL');
  await Promise.all([holder.restarted('postgres'), holder.restarted('cerbos')]);
  expect(await eventually(postgres, 'select n from kept')).toEqual([42]);
  expect(await until(() => isServing(cerbos))).toBe(true);
});

test.each(['SIGKILL', 'SIGINT'] as const)('nothing outlives a holder that got %s', async (signal) => {
  const data = join(temporaryFolder(), 'data');
  const policies = policyFolder();
  const holder = startHolder(data, policies);
  const { postgres } = await holder.up();
  await sql(postgres, 'create table kept as select 42 as n');
  await holder.kill(signal);
  // At once, while the old servers may still be stopping.
  const successor = await startHolder(data, policies).up();
  expect(await sql(successor.postgres, 'select n from kept')).toEqual([42]);
  expect(await isServing(successor.cerbos)).toBe(true);
  await holder.gone();
});

test('a killed supervisor is replaced, and so are the servers', async () => {
  const holder = startHolder(join(temporaryFolder(), 'data'), policyFolder());
  const { postgres, cerbos } = await holder.up();
  await sql(postgres, 'create table kept as select 42 as n');
  const before = holder.pids();
  process.kill(holder.pidOf('supervisor'), 'SIGKILL');
  await Promise.all(['supervisor', 'postgres', 'cerbos'].map((name) => holder.restarted(name)));
  await until(() => before.every((pid) => !isAlive(pid)));
  expect(await eventually(postgres, 'select n from kept')).toEqual([42]);
  expect(await until(() => isServing(cerbos))).toBe(true);
});

test('when everything is killed at once, the next start takes over', async () => {
  const data = join(temporaryFolder(), 'data');
  const policies = policyFolder();
  const holder = startHolder(data, policies);
  const { postgres } = await holder.up();
  await sql(postgres, 'create table kept as select 42 as n');
  for (const pid of [holder.pid, ...holder.pids()]) process.kill(pid, 'SIGKILL');
  await holder.gone();
  // As in a restarted container, where the number of the dead server names somebody else.
  const lock = join(data, 'pg', 'postmaster.pid');
  writeFileSync(lock, readFileSync(lock, 'utf8').replace(/^\d+/, String(process.pid)));
  const successor = await startHolder(data, policies).up();
  expect(await sql(successor.postgres, 'select n from kept')).toEqual([42]);
});
