import pg from 'pg';
import { CHANNEL } from '../domain/transact.ts';
import { clientOptions, type DatabaseAddress } from './open.ts';
import { PATIENCE_MS, untilClosed } from './patience.ts';

/** A connection that hears of every change of an API key (LISTEN), as long as it stands. */
export interface Listening {
  /** False while changes may go unheard. */
  readonly hearing: boolean;
  close: () => Promise<void>;
}

/** The longest pause between two attempts to connect again, in milliseconds. */
const LONGEST_PAUSE = 5000;

/** Listens for changes of API keys. `onChange` is called at each, and whenever some may have been missed. */
export function listen(address: DatabaseAddress, onChange: () => void): Listening {
  let client: pg.Client | null = null;
  let hearing = false;
  let closed = false;
  let pause = 100;

  const lost = (): void => {
    const was = client;
    client = null;
    hearing = false;
    onChange();
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
    next.on('notification', onChange);
    try {
      await next.connect();
      await next.query(`listen ${CHANNEL}`);
      hearing = true;
      pause = 100;
      onChange();
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
