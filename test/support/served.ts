import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../src/http/app.ts';
import { httpServer } from '../../src/http/server.ts';
import { testApp, type TestApp } from './app.ts';

/** The whole service on a port of its own. */
export interface Served {
  app: TestApp;
  /** Where it serves, without a slash at the end. */
  url: string;
  port: number;
  close: () => Promise<void>;
}

/** Settings of the service, or how they follow from where it serves. */
export type Environment = NodeJS.ProcessEnv | ((url: string) => NodeJS.ProcessEnv | Promise<NodeJS.ProcessEnv>);

/** Serves on loopback; unless the settings say otherwise, the service is known by where it is reached. */
export async function serveApp(environment: Environment = {}): Promise<Served> {
  const served: { fetch?: ReturnType<typeof createApp>['fetch'] } = {};
  const server = httpServer({ fetch: (...of) => served.fetch?.(...of) ?? new Response() }, 75);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const settings = typeof environment === 'function' ? await environment(url) : environment;
  const app = await testApp({ PUBLIC_URL: '', ...settings });
  served.fetch = createApp(app.runtime.services).fetch;
  app.runtime.reachedAt(url);
  const close = async (): Promise<void> => {
    const closed = once(server.close(), 'close');
    server.closeAllConnections();
    await closed;
    await app.close();
  };
  return { app, url, port, close };
}
