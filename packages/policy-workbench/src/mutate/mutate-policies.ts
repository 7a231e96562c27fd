import { readFile } from 'node:fs/promises';
import pLimit from 'p-limit';
import type { OpenPolicyServers, PolicyServers } from '@sparkgate/cerbos-pdp/policy-servers';
import { readTraces } from '@sparkgate/cerbos-pdp/traces';
import { UnreadableExpression } from '@sparkgate/cerbos-policies/expressions';
import type { KindText } from '@sparkgate/cerbos-policies/kind-text';
import { isSchema, type Policies } from '@sparkgate/cerbos-policies/policies';
import type { ChangesSince } from '../base/changes-since.ts';
import type { Contract } from '../contract.ts';
import { expectationsOf, type Expectation } from '../tests/expectations.ts';
import { askedNames, type AskedNames } from '../tests/asked-names.ts';
import { readSuites } from '../tests/suites.ts';
import { readInvariants } from '../verify/invariants.ts';
import { kindTexts } from '../verify/verify-policies.ts';
import { affectedBy, serveBatch, type Affected } from './batch.ts';
import { beyondKinds, undisturbed } from './exceptions.ts';
import { mutantsOf, type Mutant } from './mutants.ts';
import { touchedFiles, touchedLines } from './touched.ts';
import { tryMutant, type Fate, type TrialGround } from './trial.ts';
import { NO_CACHE, openCache, type VerdictCache } from './verdict-cache.ts';

/** A mutant and what became of it. */
export interface Tried {
  mutant: Mutant;
  fate: Fate;
}

/** What mutating brought. */
export interface Mutated {
  tried: readonly Tried[];
  /** How many there are in all shards. */
  mutants: number;
  /** What differs from the base, where only that was mutated. */
  since: ChangesSince | null;
  seconds: number;
}

/** One of several parts of the mutants, which together are all: 1 of 4. */
export interface Shard {
  index: number;
  count: number;
}

export interface MutateOptions {
  folder: string;
  policies: Policies;
  tests: string;
  /** What Cerbos said of the tests, which pass, as JSON. */
  report: string;
  /** The file of invariants; null: none. */
  invariants: string | null;
  /** Only mutants in what was added or changed; null: everywhere. */
  since: ChangesSince | null;
  shard: Shard | null;
  /** In seconds; null: as long as it takes. */
  budget: number | null;
  /** The file that remembers what became of mutants; null: none. */
  cache: string | null;
  contract: Contract;
  openServers: OpenPolicyServers;
  progress: (tried: number, of: number) => void;
}

/** Mutants that share a policy server, and how many of them are tried at once. */
const BATCH = 50;
const SIDE_BY_SIDE = 4;

/** Tries every mutant of the policies. @throws PolicyError */
export async function mutatePolicies(options: MutateOptions): Promise<Mutated> {
  const startedAt = performance.now();
  const { policies, since } = options;
  const texts = kindTexts(policies);
  const tests = readTraces(options.report);
  const suites = await readSuites(options.tests);
  const invariants = options.invariants === null ? '' : await readFile(options.invariants, 'utf8').catch(() => '');
  const cache =
    options.cache === null
      ? NO_CACHE
      : await openCache(options.cache, { ...options, texts, suites, tests, invariants });
  const all = mutantsWithin(options, texts, askedNames(suites, tests));
  const { shard, budget } = options;
  const own = shard === null ? all : all.filter((_, index) => index % shard.count === shard.index - 1);
  const known = own.map((mutant) => ({ mutant, fate: cache.get(mutant) }));
  const mutants = known.flatMap(({ mutant, fate }) => (fate === null ? [mutant] : []));
  const deadline = budget === null ? Infinity : startedAt + budget * 1000;
  const fates = new Map<Mutant, Fate>();
  const told = (mutant: Mutant, fate: Fate): void => {
    fates.set(mutant, fate);
    if (fate.is !== 'untried') cache.set(mutant, fate);
    options.progress(own.length - mutants.length + fates.size, own.length);
  };
  const ground = await groundOf(options, expectationsOf(suites, tests));
  if (mutants.length > 0) await tryAll(mutants, { ...options, cache, texts, ground, deadline, told });
  await cache.save();
  const tried = known.map(({ mutant, fate }) => ({ mutant, fate: fate ?? fates.get(mutant) ?? UNTRIED }));
  return { tried, mutants: all.length, since, seconds: (performance.now() - startedAt) / 1000 };
}

const UNTRIED: Fate = { is: 'untried' };

/** Where what was touched gives none, those of the files that it stands in. */
function mutantsWithin(
  { policies, contract, since }: MutateOptions,
  texts: ReadonlyMap<string, KindText>,
  asked: ReadonlyMap<string, AskedNames>,
): Mutant[] {
  const parts = { texts, schemas: schemasOf(policies), roles: contract.mistakableRoles, asked };
  if (since === null) return mutantsOf(policies, { ...parts, within: null });
  const own = mutantsOf(policies, { ...parts, within: touchedLines(since.changes) });
  return own.length > 0 ? own : mutantsOf(policies, { ...parts, within: touchedFiles(since.changes) });
}

interface TrialOptions extends Omit<MutateOptions, 'cache'> {
  cache: VerdictCache;
  texts: ReadonlyMap<string, KindText>;
  ground: TrialGround;
  /** When no further mutant is begun, by `performance.now()`. */
  deadline: number;
  told: (mutant: Mutant, fate: Fate) => void;
}

async function tryAll(mutants: readonly Mutant[], options: TrialOptions): Promise<void> {
  const servers = await options.openServers();
  try {
    for (let from = 0; from < mutants.length; from += BATCH) {
      if (performance.now() > options.deadline) return;
      await tryBatch(mutants.slice(from, from + BATCH), { ...options, servers });
      await options.cache.save();
    }
  } finally {
    await servers.close();
  }
}

async function groundOf(
  { folder, policies, tests, contract, invariants }: MutateOptions,
  expected: readonly Expectation[],
): Promise<TrialGround> {
  const isUndisturbed = undisturbed(policies);
  return {
    folder,
    contract,
    tests,
    invariants: invariants === null ? [] : await readInvariants(invariants),
    expectations: expected.filter(({ question }) => isUndisturbed(question)),
  };
}

async function tryBatch(mutants: readonly Mutant[], options: TrialOptions & { servers: PolicyServers }): Promise<void> {
  const { policies, texts, servers, ground, deadline, told } = options;
  const all = mutants.map((mutant) => ({ mutant, ...reachOf(mutant, policies, texts) }));
  const batch = await serveBatch(all, { folder: ground.folder, policies, servers });
  try {
    const limit = pLimit(SIDE_BY_SIDE);
    await Promise.all(
      all.map(async ({ mutant, affected, beyond }) =>
        limit(async () => {
          const isLate = performance.now() > deadline;
          told(mutant, isLate ? UNTRIED : await tryMutant(mutant, affected, beyond, { batch, ground }));
        }),
      ),
    );
  } finally {
    await batch.stop();
  }
}

interface Reach {
  affected: readonly Affected[];
  /** Why it may matter elsewhere, too; null where it cannot. */
  beyond: string | null;
}

/** What a mutant can matter to. One that makes a variable go in circles cannot be read: Cerbos itself has to judge it. */
function reachOf(mutant: Mutant, policies: Policies, texts: ReadonlyMap<string, KindText>): Reach {
  try {
    const affected = affectedBy(mutant, policies, texts);
    return { affected, beyond: beyondKinds(mutant, affected, policies) };
  } catch (error) {
    if (error instanceof UnreadableExpression) return { affected: [], beyond: error.message };
    throw error;
  }
}

function schemasOf({ files }: Policies): unknown[] {
  return files.filter(({ path }) => isSchema(path)).map(({ text }): unknown => JSON.parse(text));
}
