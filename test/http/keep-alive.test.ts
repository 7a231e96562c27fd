import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { httpServer } from '../../src/http/server.ts';
import { readConfig } from '../../src/config.ts';

const answering = { fetch: () => new Response('ok') };

/** What became of a request on a connection of the agent: its body, and what it says of how long the connection is kept. */
async function ask(agent: Agent, port: number): Promise<string> {
  return new Promise((resolve) => {
    const asked = request({ agent, port, method: 'POST', path: '/' }, (response) => {
      response.resume().on('end', () => resolve(`${response.statusCode} ${String(response.headers['keep-alive'])}`));
    });
    asked.on('error', (error) => resolve(String(error))).end();
  });
}

/** Opens a server that keeps idle connections so long, for the length of a test. */
async function served<T>(seconds: number, run: (port: number) => Promise<T>): Promise<T> {
  const server = httpServer(answering, seconds);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  try {
    return await run(typeof address === 'object' ? (address?.port ?? 0) : 0);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('of 400 requests on connections that were idle for 6 s none is lost', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 400, maxFreeSockets: 400, timeout: 60_000 });
  const { keepAliveTimeout } = readConfig({});
  // A client that heeds `Keep-Alive: timeout` never meets the closing; balancers do not heed it.
  agent.keepSocketAlive = () => true;
  const all = async (port: number) => Promise.all(Array.from({ length: 400 }, async () => ask(agent, port)));
  const answers = await served(keepAliveTimeout, async (port) => {
    await all(port);
    expect(Object.values(agent.freeSockets).flat()).toHaveLength(400);
    await delay(6000);
    return all(port);
  });
  agent.destroy();
  expect(new Set(answers)).toEqual(new Set(['200 timeout=75']));
});

test('KEEP_ALIVE_TIMEOUT says how long connections are kept', async () => {
  const agent = new Agent({ keepAlive: true });
  const { keepAliveTimeout } = readConfig({ KEEP_ALIVE_TIMEOUT: '130' });
  expect(await served(keepAliveTimeout, async (port) => ask(agent, port))).toBe('200 timeout=130');
  agent.destroy();
});
