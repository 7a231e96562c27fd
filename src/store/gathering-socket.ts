import { Socket } from 'node:net';

/**
 * A socket that sends what is written in one turn of the event loop by one system call, so that statements which do not
 * wait for each other reach the database together.
 */
export function gatheringSocket(): Socket {
  const socket = new Socket();
  let gathers = false;
  // To connect sets `write` back to that of all sockets.
  socket.once('connect', () => {
    const write = socket.write.bind(socket);
    socket.write = ((...args: Parameters<typeof write>) => {
      if (!gathers) {
        gathers = true;
        socket.cork();
        process.nextTick(() => {
          gathers = false;
          socket.uncork();
        });
      }
      return write(...args);
    }) as typeof socket.write;
  });
  return socket;
}
