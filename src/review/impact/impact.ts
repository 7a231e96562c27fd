import { REVISION_NOW } from '../../domain/revision.ts';
import type { Live } from '../live.ts';
import type { OpenPolicyServers } from '@sparkgate/cerbos-pdp/policy-servers';
import { entityPopulations } from './entities.ts';
import type { Change } from './change.ts';
import { findChanges } from './changes.ts';
import { POPULATIONS } from './populations.ts';
import { namedRules } from './rules.ts';
import { Sides, UNTOLD } from './comparison.ts';
import { openSide } from './side.ts';
import { compareSpaces, type SpaceChange } from './spaces.ts';
import { unnamed, untold, type Untried } from './inconclusive.ts';

/** What an edit does. */
export interface Impact {
  base: string;
  head: string;
  /** What changes for somebody who is there; empty without a database. */
  changes: readonly Change[];
  /** What changes over all situations that there can be. */
  spaces: readonly SpaceChange[];
  /** What could not be compared as a whole, in a sentence each. */
  notes: readonly string[];
  /** Whether the relationships were looked at, at which revision, and how many pairs there are. */
  live: { revision: string; pairs: number } | null;
  decided: number;
  seconds: number;
}

export interface ImpactOptions {
  base: string;
  head: string;
  live: Live | null;
  /** Changed pairs that are told by name, for each change. */
  names: number;
  progress: (text: string) => void;
  openServers: OpenPolicyServers;
}

/** Which decisions differ between two folders of policies, and for whom. @throws PlatformError */
export async function impactOf({ base, head, live, names, progress, openServers }: ImpactOptions): Promise<Impact> {
  const startedAt = performance.now();
  const servers = await openServers();
  try {
    const [before, after] = [await openSide(base, servers), await openSide(head, servers)];
    const sides = new Sides(before, after);
    const notes: string[] = [];
    progress('comparing all situations');
    const spaces = await compareSpaces(sides, notes);
    const changes: Change[] = [];
    const untried: Untried[] = [];
    let pairs = 0;
    if (live) {
      const changed = sides.kinds.filter((kind) => sides.actions(kind).length > 0);
      notes.push(...changed.flatMap((kind) => untold(sides, kind)));
      const own = POPULATIONS.filter(({ kind }) => changed.includes(kind));
      const others = await entityPopulations(live, sides, notes);
      for (const population of [...own, ...others]) {
        progress(`${population.kind}: ${population.subject[1]}`);
        const found = await findChanges(live, population, { sides, names, units: spaces.units });
        changes.push(...found.changes);
        untried.push(...found.untried.map((action) => ({ kind: population.kind, action })));
        pairs += found.pairs;
      }
      notes.push(...unnamed(untried, changes, spaces));
    }
    const { decided, refused } = sides.asked;
    if (refused > 0)
      notes.push(`The schema of one of the bundles refuses ${refused} of ${decided} situations; it denies them.`);
    progress('asking which rules');
    const ruled = await namedRules(changes, sides);
    return {
      base: before.bundle.hash,
      head: after.bundle.hash,
      changes: ruled,
      spaces: spaces.changes,
      notes,
      live: live && { revision: await revisionOf(live), pairs },
      decided,
      seconds: (performance.now() - startedAt) / 1000,
    };
  } finally {
    await servers.close();
  }
}

/** Whether somebody gains by an edit, or may gain, as far as it cannot be told. */
export function someoneGains(impact: Impact): boolean {
  const { changes, live, spaces } = impact;
  if (changes.some(({ direction }) => direction === 'gain') || isUntold(impact)) return true;
  return live === null && spaces.some(({ gained }) => gained > 0);
}

/** Whether it cannot be told for all what changes. */
export function isUntold({ live, notes }: Impact): boolean {
  // Without a database every note is about a kind of which not all situations were compared.
  return live === null ? notes.length > 0 : notes.some((note) => note.startsWith(UNTOLD));
}

async function revisionOf(live: Live): Promise<string> {
  for await (const { value } of live.rows<{ value: string }>(`select ${REVISION_NOW} as value`)) return value;
  return '0';
}
