import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { ADMIN_KEY, testApp } from '../support/app.ts';
test('x', async () => {
  const app = await testApp();
  const server = createServer(getRequestListener(createApp(app.runtime.services).fetch)).listen(0, '127.0.0.1');
  await new Promise((r) => server.once('listening', r));
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const fire = (method: string, path: string, body: string, headers: object) => new Promise<string>((resolve) => {
    const q = request({ agent, port, method, path, headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), ...headers } }, (r) => { r.resume().on('end', () => resolve(`${r.statusCode} ${q.reusedSocket} ${r.headers.connection}`)); });
    q.on('error', (e) => resolve(String(e))); q.end(body);
  });
  const auth = { Authorization: `Bearer ${ADMIN_KEY}` };
  const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms));
  for (const [name, first] of Object.entries({
    'no key': () => fire('PUT', '/v1/business-centers/x', '{"name":"x"}', {}),
    'type': () => fire('PUT', '/v1/business-centers/x', '{"name":"x"}', { ...auth, 'Content-Type': 'a/b' }),
    'bad import': () => fire('POST', '/v1/relationships/import', '{"name":"x"}', auth),
    'bad import 2 lines': () => fire('POST', '/v1/relationships/import', '{"name":"x"}\n{"a":1}\n', auth),
    'import no auth': () => fire('POST', '/v1/relationships/import', '{"name":"x"}', {}),
    'import 100k': () => fire('POST', '/v1/relationships/import', '{"name":"x"}\n'.repeat(20000), auth),
    'import 100k no auth': () => fire('POST', '/v1/relationships/import', '{"name":"x"}\n'.repeat(20000), {}),
  })) {
    const heard: Record<string, number> = {};
    for (let i = 0; i < 60; i++) { const a = await first(); if (i % 3 === 1) await sleep(1); if (i % 3 === 2) await sleep(i); const b = await fire('PUT', '/v1/business-centers/y', '{"name":"y"}', auth); const k = `${a} -> ${b}`; heard[k] = (heard[k] ?? 0) + 1; }
    console.log(name, heard);
  }
  agent.destroy(); server.close(); await app.close();
});
