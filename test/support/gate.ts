import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A door before a server on a unix socket: as long as it is shut, nobody answers there. */
export interface Gate {
  /** Where clients connect: `unix:/path`. */
  target: string;
  open: () => Promise<void>;
}

/** @param target `unix:/path` of the server behind */
export async function gateBefore(target: string): Promise<Gate> {
  const folder = await mkdtemp(join(tmpdir(), 'sparkgate-gate-'));
  const path = join(folder, 'gate.sock');
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const behind = createConnection(target.replace(/^unix:/, ''));
    for (const socket of [client, behind]) sockets.add(socket.on('error', () => undefined));
    client.pipe(behind).pipe(client);
  });
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    target: `unix:${path}`,
    open: async () =>
      new Promise((resolve) => {
        server.listen(path, () => resolve());
      }),
  };
}
