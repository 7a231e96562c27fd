import { createServer, type AddressInfo, type Server } from 'node:net';
import { PlatformError } from './platform-error.ts';

/** Where to listen. */
export interface ListenOptions {
  host: string;
  port: number;
  /** Other processes listen there as well; connections go to all of them (SO_REUSEPORT). */
  shared?: boolean;
}

/** Has a server listen, and tells on which port. @throws PlatformError where it cannot, in one sentence */
export async function listenAt(server: Server, { host, port, shared = false }: ListenOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    // So many connections of one moment wait until they are taken, as far as the kernel allows (net.core.somaxconn).
    server.listen({ port, host, backlog: 4096, reusePort: shared }, () =>
      resolve((server.address() as AddressInfo).port),
    );
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'another program listens there' : cause.message;
      reject(new PlatformError(`HOST and PORT ${host}:${port} cannot be used: ${why}.`, { cause }));
    });
  });
}

/**
 * Finds a port that nobody listens on, for several processes to share. Those of another service would share theirs, too,
 * without anybody's noticing, so this looks alone. @throws PlatformError where one does
 */
export async function freePort(options: Omit<ListenOptions, 'shared'>): Promise<number> {
  const server = createServer();
  const port = await listenAt(server, options);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  return port;
}
