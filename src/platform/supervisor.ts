/**
 * The program that the service forks to look after its children. Its life hangs on the IPC channel:
 * when that closes, however the service went, it stops every child and leaves.
 */
import { SUPERVISOR, type ChildEvent, type Order } from './child-protocol.ts';
import { SupervisedChild } from './supervised-child.ts';

// What children make without saying for whom is theirs alone, sockets included.
process.umask(0o077);

const children = new Map<string, SupervisedChild>();

function report(event: ChildEvent): void {
  if (process.connected) process.send?.(event, undefined, undefined, () => undefined);
}

async function stop(name: string): Promise<void> {
  await children.get(name)?.stop();
  children.delete(name);
  report({ type: 'stopped', name });
}

process.on('message', (order: Order) => {
  switch (order.order) {
    case 'start':
      if (!children.has(order.spec.name)) {
        children.set(order.spec.name, new SupervisedChild(order.spec, report));
      }
      return;
    case 'stop':
      void stop(order.name);
  }
});

process.on('disconnect', () => {
  void Promise.all([...children.keys()].map(stop)).finally(() => process.exit(0));
});

// A process manager signals the whole group: the children must outlast the service's own draining.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

report({ type: 'started', name: SUPERVISOR, pid: process.pid });
