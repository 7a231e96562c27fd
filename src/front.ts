import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from './config.ts';
import { createApp } from './http/app.ts';
import type { Services } from './http/env.ts';
import { httpServer } from './http/server.ts';
import { listenAt, type ListenOptions } from './platform/listening.ts';
import type { Front } from './runtime/front.ts';

/** The longest import, in milliseconds. */
const LONGEST_REQUEST_MS = 3_600_000;

/** Answers from this process. @throws PlatformError where it cannot listen */
export async function openFront(services: Services, config: Config, at: ListenOptions = config): Promise<Front> {
  const server = httpServer(createApp(services), config.keepAliveTimeout);
  // Node's own bound on the time of a whole request; ordinary requests have a shorter one, and imports may take long.
  server.requestTimeout = LONGEST_REQUEST_MS;
  const port = await listenAt(server, at);
  const drain = async (): Promise<void> => {
    // Whoever keeps a connection would keep the process: the next answer on it is the last.
    server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
    // A balancer still sends calls until it has heard that this process is not ready, on connections that it has, too.
    await delay(config.drainDelay * 1000);
    const idle = setInterval(() => server.closeIdleConnections(), 100);
    const cut = setTimeout(() => server.closeAllConnections(), config.drainTimeout * 1000);
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    clearInterval(idle);
    clearTimeout(cut);
  };
  return { port, tell: async () => undefined, drain };
}
