import { setTimeout as delay } from 'node:timers/promises';
import type { Network } from '../../support/network.ts';
import { until, type Service } from '../../support/service.ts';
import type { Server } from './server.ts';

/** Two nodes on one server. What happens to a node, or to its network, happens to the first. */
export interface Stage {
  server: Server;
  /** Between the first node and the server. */
  network: Network;
  node: Service;
  /** Starts the first node anew, as it was. */
  startAgain: () => Promise<void>;
}

/** An accident: how it begins, and how whatever can be mended is mended. */
export interface Fault {
  name: string;
  begin: (stage: Stage) => Promise<void>;
  end: (stage: Stage) => Promise<void>;
  /** Why it cannot be tried here. */
  leftOut?: (stage: Pick<Stage, 'server'>) => string | null;
}

const nothing = async (): Promise<void> => undefined;

export const FAULTS: readonly Fault[] = [
  { name: 'nothing', begin: nothing, end: nothing },
  {
    name: 'a node is killed',
    begin: async ({ node }) => node.kill('SIGKILL'),
    end: async ({ startAgain }) => startAgain(),
  },
  { name: 'a node freezes with a write open', begin: freezeInWrite, end: async ({ node }) => node.kill('SIGCONT') },
  {
    name: 'a node is restarted',
    begin: async ({ node, startAgain }) => {
      node.kill('SIGTERM');
      await node.exit;
      await startAgain();
    },
    end: nothing,
  },
  {
    name: 'the database crashes',
    begin: async ({ server }) => server.down('SIGKILL'),
    end: async ({ server }) => server.up(),
  },
  {
    name: 'the database is restarted',
    begin: async ({ server }) => {
      await server.down('SIGINT');
      await server.up();
    },
    end: nothing,
  },
  {
    name: 'the network of a node is cut',
    begin: async ({ network }) => network.down(),
    end: async ({ network }) => network.up(),
  },
  {
    name: 'the network of a node falls silent',
    begin: async ({ network }) => network.silent(),
    end: async ({ network }) => network.up(),
  },
  {
    name: 'the network of a node is late by 100 ms',
    begin: async ({ network }) => network.delay(100),
    end: async ({ network }) => network.delay(0),
  },
  {
    name: 'a node stops reading',
    begin: async ({ network }) => network.stopReading(),
    end: async ({ network }) => network.up(),
  },
  {
    name: 'the disk is full',
    begin: async ({ server }) => server.fillDisk(),
    end: async ({ server }) => server.freeDisk(),
    leftOut: ({ server }) => (server.hasDisk ? null : 'only root can mount a small disk'),
  },
  { name: 'the database is read-only', begin: readOnly('on'), end: readOnly('off') },
];

/** Stops the process at a moment at which the database waits for it inside a transaction. */
async function freezeInWrite({ node, server }: Stage): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    node.kill('SIGSTOP');
    // A transaction of the other node goes on meanwhile; one that has not moved for so long is of this one.
    await delay(200);
    const [open] = await server.query(
      `select from pg_stat_activity where state = 'idle in transaction' and state_change < now() - interval '150 ms'`,
    );
    if (open) return;
    node.kill('SIGCONT');
    await delay(100);
  }
  throw new Error('No write was ever open while the node was stopped.');
}

function readOnly(state: 'off' | 'on') {
  return async ({ server }: Stage): Promise<void> => {
    await server.query(`alter database sparkgate set default_transaction_read_only = ${state}`, 'postgres');
    // For the sessions that are open it begins when they are opened again.
    await until(async () => {
      const left = await server.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'sparkgate' and backend_start < now() - interval '1 second'`,
        'postgres',
      );
      return left.length === 0;
    });
  };
}
