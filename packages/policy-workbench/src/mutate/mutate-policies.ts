import pLimit from 'p-limit';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { readExpectations, type Expectation } from './expectations.ts';
import { UnreadableExpression } from '@sparkgate/cerbos-policies/expressions';
import { readInvariants } from '../verify/invariants.ts';
import { isSchema, type Policies } from '@sparkgate/cerbos-policies/policies';
import type { OpenPolicyServers, PolicyServers } from '@sparkgate/cerbos-pdp/policy-servers';
import type { Contract } from '../contract.ts';
import type { KindText } from '@sparkgate/cerbos-policies/kind-text';
import { kindTexts } from '../verify/verify-policies.ts';
import { affectedBy, serveBatch, type Affected } from './batch.ts';
import { fateOfException, mayBeExceptional } from './exceptions.ts';
import { mutantsOf, type Lines, type Mutant } from './mutants.ts';
import { tryMutant, type Fate, type TrialGround } from './trial.ts';

/** A mutant and what became of it. */
export interface Tried {
  mutant: Mutant;
  fate: Fate;
}

/** What mutating brought. */
export interface Mutated {
  tried: readonly Tried[];
  seconds: number;
}

export interface MutateOptions {
  folder: string;
  policies: Policies;
  tests: string;
  /** The file of invariants; null: none. */
  invariants: string | null;
  /** Only mutants in these lines; null: everywhere. */
  within: Lines | null;
  contract: Contract;
  openServers: OpenPolicyServers;
  progress: (tried: number, of: number) => void;
}

/** Mutants that share a policy server, and how many of them are tried at once. */
const BATCH = 100;
const SIDE_BY_SIDE = 4;

/** Tries every mutant of the policies. @throws PolicyError when the tests fail without any mutant */
export async function mutatePolicies(options: MutateOptions): Promise<Mutated> {
  const startedAt = performance.now();
  const { folder, policies, tests, contract, within } = options;
  const texts = kindTexts(policies);
  const invariants = options.invariants === null ? [] : await readInvariants(options.invariants);
  const mutants = mutantsOf(policies, {
    texts,
    schemas: schemasOf(policies),
    within,
    roles: contract.mistakableRoles,
  });
  const ground = { folder, contract, tests, invariants, expectations: await expectationsOf(folder, tests) };
  const servers = await options.openServers();
  try {
    const tried: Tried[] = [];
    for (let from = 0; from < mutants.length; from += BATCH) {
      const batch = mutants.slice(from, from + BATCH);
      const told = (done: number): void => options.progress(from + done, mutants.length);
      tried.push(...(await tryBatch(batch, { policies, texts, servers, ground, told })));
    }
    return { tried, seconds: (performance.now() - startedAt) / 1000 };
  } finally {
    await servers.close();
  }
}

interface BatchGround {
  policies: Policies;
  texts: ReadonlyMap<string, KindText>;
  servers: PolicyServers;
  ground: TrialGround;
  told: (done: number) => void;
}

async function tryBatch(
  mutants: readonly Mutant[],
  { policies, texts, servers, ground, told }: BatchGround,
): Promise<Tried[]> {
  const readable = mutants.map((mutant) => {
    const affected = affectedOrNone(mutant, policies, texts);
    const exceptional = mayBeExceptional(mutant, affected, policies);
    return { mutant, affected: exceptional ? [] : affected, exceptional };
  });
  const batch = await serveBatch(readable, { folder: ground.folder, policies, servers });
  try {
    const limit = pLimit(SIDE_BY_SIDE);
    let done = 0;
    return await Promise.all(
      readable.map(async ({ mutant, affected, exceptional }) =>
        limit(async () => {
          const fate = exceptional
            ? await fateOfException(mutant, ground)
            : await tryMutant(mutant, affected, batch, ground);
          told((done += 1));
          return { mutant, fate };
        }),
      ),
    );
  } finally {
    await batch.stop();
  }
}

function affectedOrNone(mutant: Mutant, policies: Policies, texts: ReadonlyMap<string, KindText>): Affected[] {
  try {
    return affectedBy(mutant, policies, texts);
  } catch (error) {
    // No slip makes an expression unreadable that was readable before.
    if (error instanceof UnreadableExpression)
      throw new PolicyError(`${mutant.diff}\n${error.message}`, { cause: error });
    throw error;
  }
}

async function expectationsOf(folder: string, tests: string): Promise<Expectation[]> {
  const { code, stdout } = await compilePolicies(folder, { tests, output: 'json' });
  if (code !== 0) throw new PolicyError('The policy tests fail as it is: run the command `test` first.');
  return readExpectations(tests, stdout);
}

function schemasOf({ files }: Policies): unknown[] {
  return files.filter(({ path }) => isSchema(path)).map(({ text }): unknown => JSON.parse(text));
}
