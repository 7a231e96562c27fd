import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** One address that leads to whichever server is the primary, as a load balancer before Patroni does. */
export interface Router {
  port: number;
  close: () => Promise<void>;
}

/** How often it asks who the primary is, in milliseconds. */
const ASKS_EACH_MS = 200;

/** @param primary the port of the primary; null while there is none. Connections to any other are cut. */
export async function routerTo(primary: () => Promise<number | null>): Promise<Router> {
  const sockets = new Set<Socket>();
  let target: number | null = null;
  const look = async (): Promise<void> => {
    const now = await primary();
    if (now === target) return;
    target = now;
    for (const socket of sockets) socket.destroy();
  };
  await look();
  const looking = setInterval(() => void look(), ASKS_EACH_MS);
  const server = createServer((near) => {
    if (target === null) {
      near.destroy();
      return;
    }
    const far = connect(target, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
    }
    near.pipe(far).pipe(near);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      clearInterval(looking);
      const closed = once(server.close(), 'close');
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
