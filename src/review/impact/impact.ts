import { changeLine } from '@sparkgate/cerbos-policies/policy-changes';
import type { OpenPolicyServers } from '@sparkgate/cerbos-pdp/policy-servers';
import type { Suite } from '@sparkgate/policy-workbench/tests/suites';
import { REVISION_NOW } from '../../domain/revision.ts';
import type { Live } from '../live.ts';
import { entityPopulations } from './entities.ts';
import type { Change } from './change.ts';
import { findChanges } from './changes.ts';
import { compareFixtures } from './fixtures.ts';
import { POPULATIONS } from './populations.ts';
import { namedRules } from './rules.ts';
import { Sides, UNTOLD } from './comparison.ts';
import { openSide } from './side.ts';
import { compareSpaces, type ComparedSpaces, type SpaceChange } from './spaces.ts';
import { unnamed, untold, type Untried } from './inconclusive.ts';

/** What an edit does. */
export interface Impact {
  base: string;
  head: string;
  /** What the edit was compared with, for people. */
  called: string;
  /** Every rule and other part that is written differently, in a line each. */
  written: readonly string[];
  /** What changes for somebody who is there; empty without a database. */
  changes: readonly Change[];
  /** What changes over all situations that there can be, and where those cannot be counted, over the tests' own. */
  spaces: readonly SpaceChange[];
  /** The kinds about which no policy says anything any more. */
  gone: readonly string[];
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
  called: string;
  /** There was no folder of policies in the base. */
  isNew: boolean;
  /** The tests of both sides. */
  suites: readonly Suite[];
  live: Live | null;
  /** Changed pairs that are told by name, for each change. */
  names: number;
  progress: (text: string) => void;
  openServers: OpenPolicyServers;
}

/** Which decisions differ between two folders of policies, and for whom. @throws PlatformError */
export async function impactOf(options: ImpactOptions): Promise<Impact> {
  const startedAt = performance.now();
  const servers = await options.openServers();
  try {
    const [before, after] = [
      await openSide(options.base, servers, options.isNew),
      await openSide(options.head, servers),
    ];
    const sides = new Sides(before, after);
    const notes = scopedNotes(sides);
    const changed = sides.kinds.filter((kind) => sides.actions(kind).length > 0);
    // What is asked is what was read: an edit meanwhile has no say.
    if (changed.length > 0) await Promise.all([before.pdp(), after.pdp()]);
    const gone = changed.filter((kind) => sides.isGone(kind));
    notes.push(...gone.map((kind) => `No policy is about ${kind} any more: all that was allowed there is denied.`));
    options.progress('comparing all situations');
    const spaces = await compareSpaces(sides, notes, options.live === null);
    const open = changed.filter((kind) => !spaces.whole.has(kind));
    const seen = await compareFixtures(sides, open, options.suites);
    const found =
      options.live === null ? NOBODY : await among(options.live, sides, { options, changed, gone, spaces, notes });
    const { decided, refused } = sides.asked;
    if (refused > 0)
      notes.push(`The schema of one of the bundles refuses ${refused} of ${decided} situations; it denies them.`);
    options.progress('asking which rules');
    return {
      base: before.bundle.hash,
      head: after.bundle.hash,
      called: options.called,
      written: sides.changes.map(changeLine),
      changes: await namedRules(found.changes, sides),
      spaces: [...spaces.changes, ...seen],
      gone,
      notes,
      live: options.live && { revision: await revisionOf(options.live), pairs: found.pairs },
      decided,
      seconds: (performance.now() - startedAt) / 1000,
    };
  } finally {
    await servers.close();
  }
}

interface Compared {
  changes: readonly Change[];
  pairs: number;
}

const NOBODY: Compared = { changes: [], pairs: 0 };

interface Ground {
  options: ImpactOptions;
  changed: readonly string[];
  gone: readonly string[];
  spaces: ComparedSpaces;
  notes: string[];
}

/** Compares what is decided about those who are there. */
async function among(live: Live, sides: Sides, { options, changed, gone, spaces, notes }: Ground): Promise<Compared> {
  const doubtful = changed.filter((kind) => !gone.includes(kind));
  notes.push(...doubtful.flatMap((kind) => untold(sides, kind)));
  const own = POPULATIONS.filter(({ kind }) => changed.includes(kind));
  const others = await entityPopulations(live, sides, notes);
  const changes: Change[] = [];
  const untried: Untried[] = [];
  let pairs = 0;
  for (const population of [...own, ...others]) {
    options.progress(`${population.kind}: ${population.subject[1]}`);
    const found = await findChanges(live, population, { sides, names: options.names, units: spaces.units });
    changes.push(...found.changes);
    untried.push(...found.untried.map((action) => ({ kind: population.kind, action })));
    pairs += found.pairs;
  }
  notes.push(
    ...unnamed(
      untried.filter(({ kind }) => doubtful.includes(kind)),
      changes,
      spaces,
    ),
  );
  return { changes, pairs };
}

/** What decides only where a version or a scope is named is not asked about here. */
function scopedNotes(sides: Sides): string[] {
  const policies = new Set(sides.changes.flatMap(({ decides, policy }) => (decides ? [] : [policy])));
  return [...policies].map((it) => `${UNTOLD} what changes by the ${it}: only questions that name its place ask it.`);
}

async function revisionOf(live: Live): Promise<string> {
  for await (const { value } of live.rows<{ value: string }>(`select ${REVISION_NOW} as value`)) return value;
  return '0';
}
