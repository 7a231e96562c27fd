import pg from 'pg';
import { z } from 'zod';
import { CHANNEL } from '../domain/transact.ts';
import { clientOptions, type DatabaseAddress } from './open.ts';
import { PATIENCE_MS, untilClosed } from './patience.ts';

/** A connection that hears of every write (LISTEN), as long as it stands. */
export interface Listening {
  /** False while writes may go unheard. */
  readonly hearing: boolean;
  close: () => Promise<void>;
}

/** The longest pause between two attempts to connect again, in milliseconds. */
const LONGEST_PAUSE = 5000;

/**
 * Listens for writes. `onWrite` hears the events of each (as in the audit trail), or null whenever some may have been
 * missed.
 */
export function listen(address: DatabaseAddress, onWrite: (events: readonly string[] | null) => void): Listening {
  let client: pg.Client | null = null;
  let hearing = false;
  let closed = false;
  let pause = 100;

  const lost = (): void => {
    const was = client;
    client = null;
    hearing = false;
    onWrite(null);
    void was?.end().catch(() => undefined);
    if (closed) return;
    setTimeout(() => void connect(), pause).unref();
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  };
  const connect = async (): Promise<void> => {
    if (closed) return;
    const next = new pg.Client({ ...clientOptions(address), ...STEADY });
    client = next;
    next.on('error', () => client === next && lost());
    next.on('end', () => client === next && lost());
    next.on('notification', ({ payload }) => onWrite(eventsOf(payload)));
    try {
      await next.connect();
      await next.query(`listen ${CHANNEL}`);
      hearing = true;
      pause = 100;
      onWrite(null);
    } catch {
      if (client === next) lost();
    }
  };
  void connect();
  return {
    get hearing() {
      return hearing;
    },
    async close() {
      closed = true;
      if (client) await untilClosed(client.end().catch(() => undefined));
    },
  };
}

const STEADY = {
  application_name: 'sparkgate-listen',
  connectionTimeoutMillis: PATIENCE_MS,
  // Nothing is ever sent here that would show that the server has gone.
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
};

const Announcement = z.object({ events: z.array(z.string()) });

function eventsOf(payload = ''): readonly string[] | null {
  try {
    return Announcement.parse(JSON.parse(payload)).events;
  } catch {
    return null;
  }
}
