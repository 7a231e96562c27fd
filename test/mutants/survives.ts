import type { Server } from 'node:http';
import { Client } from 'pg';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { httpServer } from '../../src/http/server.ts';
import { SEED } from '../support/seed.ts';
import { ADMIN_KEY, testApp, type TestApp } from '../support/app.ts';
import { newKey } from '../support/keys.ts';
import { barrage, type Range } from './barrage.ts';
import { freshWorld } from './base-world.ts';
import { inProcess, overSocket } from './fire.ts';
import { samples } from './samples.ts';
import type { Shot } from './shot.ts';

/** Declares the test that mutants of good traffic are answered as what they are. */
export function survives({ shots, minutes }: { shots: number; minutes: number }): void {
  let app: TestApp;
  let database: Client;
  let server: Server;
  let range: Range;
  let end: () => void;
  beforeAll(async () => {
    app = await testApp();
    database = new Client({ connectionString: app.databaseUrl });
    await database.connect();
    server = httpServer(createApp(app.runtime.services), 75);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const socket = overSocket((server.address() as AddressInfo).port);
    end = socket.end;
    await freshWorld({ app, database });
    const [check, spare, confined] = [
      await newKey(app, ['check']),
      await newKey(app, ['check']),
      await newKey(app, ['check', 'relationships', 'act-as'], ['bc1']),
    ];
    const keys = { admin: ADMIN_KEY, check: check.key, confined: confined.key, spareId: spare.id };
    range = { app, database, keys, inProcess: inProcess(app), overSocket: socket, report };
  });
  afterAll(async () => {
    end();
    server.close();
    await database.end();
    await app.close();
  });

  test('every endpoint has a sample, which is answered well', async () => {
    let world = await freshWorld(range);
    const good = samples(world, range.keys);
    const { body } = await app.call('GET', '/openapi.json', { key: null });
    const paths = Object.entries(body.paths as Record<string, Record<string, unknown>>);
    const missed = paths.flatMap(([path, verbs]) => {
      const pattern = new RegExp(`^${path.replaceAll(/[.]/g, '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}(?:\\?|$)`);
      return Object.keys(verbs)
        .filter((verb) => !good.some((shot) => shot.method === verb.toUpperCase() && pattern.test(shot.path)))
        .map((verb) => `${verb} ${path}`);
    });
    expect(missed).toEqual([]);
    // Now and then one has undone what the next needs.
    for (const [n, { method, path }] of good.entries()) {
      const first = await range.inProcess(samples(world, range.keys)[n] as Shot);
      if (first.status >= 400) world = await freshWorld(range);
      const { status } = first.status < 400 ? first : await range.inProcess(samples(world, range.keys)[n] as Shot);
      expect([method, path, status < 400]).toEqual([method, path, true]);
    }
  });

  test(
    `${shots} mutants of good requests are answered as they were sent (seed ${SEED})`,
    { timeout: minutes * 60_000 },
    async () => {
      const heard = await barrage(range, SEED, shots);
      // Otherwise only the first line of defence was tried.
      for (const some of [
        'write 200',
        'evaluation 200',
        'evaluations 200',
        'search 200',
        'refused 400',
        'refused 404',
      ]) {
        expect([some, heard.has(some)]).toEqual([some, true]);
      }
      const unavailable = [...heard].filter(([label]) => label.endsWith(' 503'));
      expect(unavailable.reduce((sum, [, count]) => sum + count, 0)).toBeLessThan(Math.max(5, shots / 1000));
    },
  );
}

function report(difference: string): never {
  throw new Error(difference);
}
