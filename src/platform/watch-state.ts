import { setTimeout as delay } from 'node:timers/promises';

/** What is looked at, and who hears of a change. */
export interface Watched {
  /** Equal as long as nothing changed. */
  state: () => Promise<string>;
  /** Called once a change has come to rest; never rejects. */
  changed: () => Promise<unknown>;
}

const EVERY_MS = 500;

/**
 * Looks every half second whether something changed, and tells when it has changed and come to rest since. Looking, and
 * not inotify: it sees folders that are replaced as a whole, mounts that report nothing, and needs no watch that may
 * run out.
 * @param first the state that is known already
 * @returns how to stop
 */
export function watchState(first: string, { state, changed }: Watched): () => void {
  const stopping = new AbortController();
  const pause = async () => delay(EVERY_MS, true, { ref: false, signal: stopping.signal }).catch(() => false);
  const watch = async (): Promise<void> => {
    let known = first;
    let before = first;
    while (await pause()) {
      const now = await state();
      if (now === before && now !== known) {
        known = now;
        await changed();
      }
      before = now;
    }
  };
  void watch();
  return () => stopping.abort();
}
