import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';

/** The network between the service and one of its parts. */
export interface Network {
  /** Nobody listens any more: what is connected is cut, and nobody can connect. */
  down: () => Promise<void>;
  /** Everything is swallowed: connections stand, or can be made, and nothing ever comes back on them. */
  silent: () => void;
  /** Connections that are made from now on go through. Those that were swallowed stay dead. */
  up: () => Promise<void>;
}

/** A unix socket that leads to another one. */
export async function networkTo(to: string, path: string): Promise<Network> {
  const sockets = new Set<Socket>();
  let swallows = false;
  const server = createServer((near) => {
    sockets.add(near.on('error', () => undefined).on('close', () => sockets.delete(near)));
    if (swallows) return;
    const far = connect(to).on('error', () => near.destroy());
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  const network: Network = {
    up: async () => {
      swallows = false;
      if (server.listening) return;
      await rm(path, { force: true });
      await once(server.listen(path), 'listening');
    },
    down: async () => {
      const closed = server.listening ? once(server.close(), 'close') : null;
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    silent: () => {
      swallows = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
  };
  await network.up();
  return network;
}
