import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PLACEHOLDERS, type Attributes, type Ids } from '@sparkgate/cerbos-pdp/decision-input';
import type { Contract } from '../contract.ts';
import { readPolicyFolder, writePolicyFolder } from '@sparkgate/cerbos-policies/policy-folder';
import { removeTemporary, temporaryFolder } from '@sparkgate/cerbos-pdp/temporary-folder';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { decideUnit } from '../space/decided-unit.ts';
import type { Expectation } from '../tests/expectations.ts';
import { InfiniteDomain } from '../space/finite-domain.ts';
import type { Invariant } from '../verify/invariants.ts';
import { askAll } from '@sparkgate/cerbos-pdp/ask-all';
import { readTraces } from '@sparkgate/cerbos-pdp/traces';
import type { Point } from '../space/point.ts';
import { VectorSpace } from '../space/vector-space.ts';
import { openSpace, rulesFor, verifyKind } from '../verify/verify-kind.ts';
import type { Affected, Batch } from './batch.ts';
import type { Mutant } from './mutants.ts';
import { questionsOfSeenValues } from './seen-values.ts';

/** What became of a mutant. */
export type Fate =
  /** It does not compile: nobody could ship it. */
  | { is: 'refused' }
  | { is: 'killed'; by: string }
  /** Every situation is decided as before. */
  | { is: 'equivalent' }
  /** No test notices it, and not all situations can be looked at: nobody can tell whether it decides any otherwise. */
  | { is: 'untold'; why: string }
  /** There was no time left for it. */
  | { is: 'untried' }
  | { is: 'survived'; difference: Difference; violates: readonly string[] };

/** A situation in which a mutant decides otherwise. */
export interface Difference {
  kind: string;
  action: string;
  point: Point;
  matters: ReadonlySet<string>;
  /** What the policies say without the mistake. */
  allowed: boolean;
  /** The subject's attributes, outside the vector world. */
  subject: Attributes;
  ids: Ids;
}

/** What all trials share. */
export interface TrialGround {
  folder: string;
  contract: Contract;
  tests: string;
  /** Those in which only the policy of a kind has a say. */
  expectations: readonly Expectation[];
  invariants: readonly Invariant[];
}

/**
 * Puts the tests' questions to a mutant that is served, and where all are answered as expected decides whether it differs
 * at all. What seems to survive is put to Cerbos' own test runner as well.
 * @param beyond why it may matter elsewhere, too; null where it cannot
 */
export async function tryMutant(
  mutant: Mutant,
  affected: readonly Affected[],
  beyond: string | null,
  { batch, ground }: { batch: Batch; ground: TrialGround },
): Promise<Fate> {
  if (batch.refused.has(mutant.number)) return { is: 'refused' };
  for (const it of affected) {
    const by = await failedExpectation(it, batch, ground.expectations);
    if (by !== null) return { is: 'killed', by };
  }
  if (beyond !== null) return tryBeyond(mutant, affected, beyond, { batch, ground });
  const untried: string[] = [];
  for (const it of affected) {
    const space = await spaceOf(ground, it);
    const isCounted = space instanceof VectorSpace;
    const { difference, unlooked } = isCounted
      ? await compare(it, space, batch)
      : { difference: await firstSeenDifference(it, batch, ground.expectations), unlooked: space.message };
    if (unlooked !== null) untried.push(`${it.kind}: ${unlooked}`);
    if (difference) {
      return survivor(mutant, { affected: it, difference, space: isCounted ? space : null }, batch, ground);
    }
  }
  if (untried.length === 0) return { is: 'equivalent' };
  return (await runTests(mutant, ground)) ?? { is: 'untold', why: untried.join('; ') };
}

/** What cannot be shown under another name, the tests have to judge. */
async function tryBeyond(
  mutant: Mutant,
  affected: readonly Affected[],
  why: string,
  { batch, ground }: { batch: Batch; ground: TrialGround },
): Promise<Fate> {
  const killed = await runTests(mutant, ground);
  if (killed) return killed;
  for (const it of affected) {
    const difference = await firstSeenDifference(it, batch, ground.expectations);
    if (difference) return { is: 'survived', difference, violates: [] };
  }
  return { is: 'untold', why };
}

async function failedExpectation(
  { kind, alias, actions }: Affected,
  { pdp }: Batch,
  all: readonly Expectation[],
): Promise<string | null> {
  const own = all.filter(
    ({ question }) =>
      question.kind === kind && (actions.includes(question.action) || isUnnamed(question.action, actions)),
  );
  const answers = await askAll(
    pdp,
    own.map(({ question }) => ({ ...question, kind: alias })),
  );
  return own.find(({ allowed }, index) => answers[index]?.allowed !== allowed)?.test ?? null;
}

/** A test of an action that no rule names stands for all such. */
const isUnnamed = (action: string, affected: readonly string[]): boolean =>
  affected.length > 1 && !affected.includes(action);

async function spaceOf(
  { folder, contract, invariants }: TrialGround,
  { kind, before, after }: Affected,
): Promise<VectorSpace | InfiniteDomain> {
  try {
    const sentences = invariants.filter((it) => it.kind === kind);
    return await openSpace(folder, contract, before, [after], sentences);
  } catch (error) {
    if (error instanceof InfiniteDomain) return error;
    throw error;
  }
}

/** What comparing the decisions of a mutant over its space brought. */
interface Compared {
  difference: Difference | null;
  /** Why not every situation was compared; null: each was. */
  unlooked: string | null;
}

async function compare(
  { kind, alias, before, after, actions }: Affected,
  space: VectorSpace,
  { pdp }: Batch,
): Promise<Compared> {
  const unlooked = new Set<string>();
  for (const action of actions) {
    const unit = space.unit([action], [...rulesFor([action], before), ...rulesFor([action], after)]);
    if (unit.untried !== null) unlooked.add(unit.untried);
    const [was, is] = await Promise.all([decideUnit(pdp, unit), decideUnit(pdp, unit, { as: alias })]);
    for (let index = 0; index < unit.size; index += 1) {
      const allowed = was.allows(action, index);
      if (is.allows(action, index) === allowed) continue;
      const difference = {
        kind,
        action,
        point: unit.at(index),
        matters: unit.matters,
        allowed,
        subject: {},
        ids: PLACEHOLDERS,
      };
      return { difference, unlooked: null };
    }
  }
  return { difference: null, unlooked: unlooked.size === 0 ? null : [...unlooked].join('; ') };
}

async function firstSeenDifference(
  { kind, alias, actions }: Affected,
  { pdp }: Batch,
  all: readonly Expectation[],
): Promise<Difference | null> {
  const questions = questionsOfSeenValues(kind, actions, all);
  const [was, is] = await Promise.all([
    askAll(pdp, questions),
    askAll(
      pdp,
      questions.map((it) => ({ ...it, kind: alias })),
    ),
  ]);
  const found = questions.findIndex((_, index) => was[index]?.allowed !== is[index]?.allowed);
  const question = questions[found];
  if (!question) return null;
  const { action, roles, principalAttr: subject, resourceAttr, principalId, resourceId } = question;
  const point = { role: roles.join(', '), attr: resourceAttr as Point['attr'] };
  return {
    kind,
    action,
    point,
    matters: new Set(Object.keys(point.attr)),
    allowed: was[found]?.allowed === true,
    subject,
    ids: { principalId, resourceId },
  };
}

async function survivor(
  mutant: Mutant,
  { affected, difference, space }: { affected: Affected; difference: Difference; space: VectorSpace | null },
  { pdp }: Batch,
  ground: TrialGround,
): Promise<Fate> {
  const killed = await runTests(mutant, ground);
  if (killed) return killed;
  if (!space) return { is: 'survived', difference, violates: [] };
  const invariants = ground.invariants.filter(({ kind }) => kind === affected.kind);
  const { violations } = await verifyKind(
    pdp,
    { space, text: affected.after, invariants, random: Math.random, as: affected.alias },
    () => undefined,
  );
  return { is: 'survived', difference, violates: [...new Set(violations.map(({ invariant }) => invariant.id))] };
}

/** Cerbos' own test runner has the last word. */
async function runTests(mutant: Mutant, { folder, tests }: TrialGround): Promise<Fate | null> {
  const copy = await temporaryFolder('sg-mutant-');
  try {
    await writePolicyFolder(await readPolicyFolder(folder), copy);
    await writeFile(join(copy, mutant.file), mutant.text);
    const { code, stdout, stderr } = await compilePolicies(copy, { tests, output: 'json' });
    if (code === 0) return null;
    if (code === 3 || !stdout.startsWith('{')) return { is: 'refused' };
    const failed = readTraces(stdout).find(({ passed }) => !passed);
    return { is: 'killed', by: failed ? `${failed.suite}: ${failed.test}` : stderr.trim() };
  } finally {
    await removeTemporary(copy);
  }
}
