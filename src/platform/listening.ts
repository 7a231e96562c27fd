import type { AddressInfo, Server } from 'node:net';
import { PlatformError } from './platform-error.ts';

/** Has a server listen, and tells on which port. @throws PlatformError where it cannot, in one sentence */
export async function listenAt(server: Server, { host, port }: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'another program listens there' : cause.message;
      reject(new PlatformError(`HOST and PORT ${host}:${port} cannot be used: ${why}.`, { cause }));
    });
  });
}
