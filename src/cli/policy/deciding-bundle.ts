import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../../config.ts';
import { Pdp } from '../../decision/pdp.ts';

/** The bundle by which the service decides, and whose word that is. */
export interface Deciding {
  policy: string;
  /** In words, such as `taken by apply`. */
  how: string;
}

const Record = z.object({ current: z.string(), source: z.string(), since: z.string() });

/**
 * The bundle by which the service of these settings decides, or did when it ran last: its own record says so, or the
 * Cerbos at CERBOS_TARGET. Null where neither can be asked.
 */
export async function decidingBundle({ cerbosTarget, cerbosTimeout, dataDir }: Config): Promise<Deciding | null> {
  if (cerbosTarget !== null) {
    const pdp = new Pdp(cerbosTarget, { timeoutMs: cerbosTimeout * 1000 });
    const policy = await pdp.identify().catch(() => null);
    pdp.close();
    return policy === null ? null : { policy, how: 'loaded by the Cerbos at CERBOS_TARGET' };
  }
  const text = await readFile(join(dataDir, 'bundles', 'record.json'), 'utf8').catch(() => null);
  const record = text === null ? null : Record.safeParse(JSON.parse(text));
  if (record?.success !== true) return null;
  const { current, source, since } = record.data;
  return { policy: current, how: `taken from ${source} at ${since}` };
}
