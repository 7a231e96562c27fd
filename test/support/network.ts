import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** The network between the service and one of its parts. */
export interface Network {
  /** Nobody listens any more: what is connected is cut, and nobody can connect. */
  down: () => Promise<void>;
  /** Everything is swallowed: connections stand, or can be made, and nothing ever comes back on them. */
  silent: () => void;
  /** What comes back is not read from now on: it piles up at the server, until it is `up`. */
  stopReading: () => void;
  /** Everything comes so many milliseconds later; 0: at once. */
  delay: (milliseconds: number) => void;
  /** Connections that are made from now on go through, and what was not read is. Those that were swallowed stay dead. */
  up: () => Promise<void>;
}

/** A unix socket, or a port of loopback, that leads to another one. */
export async function networkTo(to: string | number, at: string | number): Promise<Network> {
  const sockets = new Set<Socket>();
  const unread = new Set<Socket>();
  let swallows = false;
  let stopped = false;
  let lateness = 0;
  const late = () =>
    new Transform({
      transform(chunk, _, done) {
        if (lateness > 0) setTimeout(done, lateness, null, chunk);
        else done(null, chunk);
      },
    });
  const server = createServer((near) => {
    sockets.add(near.on('error', () => undefined).on('close', () => sockets.delete(near)));
    if (swallows) return;
    const far = (typeof to === 'number' ? connect(to, '127.0.0.1') : connect(to)).on('error', () => near.destroy());
    near.pipe(late()).pipe(far).pipe(late()).pipe(near);
    unread.add(far);
    if (stopped) far.pause();
    near.on('close', () => {
      far.destroy();
      unread.delete(far);
    });
    far.on('close', () => near.destroy());
  });
  const network: Network = {
    up: async () => {
      swallows = stopped = false;
      for (const socket of unread) socket.resume();
      if (server.listening) return;
      if (typeof at === 'string') await rm(at, { force: true });
      await once(typeof at === 'string' ? server.listen(at) : server.listen(at, '127.0.0.1'), 'listening');
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
    stopReading: () => {
      stopped = true;
      for (const socket of unread) socket.pause();
    },
    delay: (milliseconds) => {
      lateness = milliseconds;
    },
  };
  await network.up();
  return network;
}
