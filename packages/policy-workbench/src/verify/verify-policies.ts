import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { UnreadableExpression } from '@sparkgate/cerbos-policies/expressions';
import type { Doubt } from './findings.ts';
import { InfiniteDomain } from '../space/finite-domain.ts';
import { readInvariants, type Invariant } from './invariants.ts';
import type { Policies } from '@sparkgate/cerbos-policies/policies';
import type { OpenPolicyServers } from '@sparkgate/cerbos-pdp/policy-servers';
import type { Contract } from '../contract.ts';
import { readKindTexts, type KindText } from '@sparkgate/cerbos-policies/kind-text';
import { explainPoints } from '../space/explain-points.ts';
import type { Violation } from './checks.ts';
import { openSpace, verifyKind, type VerifiedKind } from './verify-kind.ts';

/** A violation, and the rules by which the action was allowed there. */
export type ExplainedViolation = Violation & { allowedBy: readonly string[] };

/** What verifying brought, kind by kind. */
export interface Verified {
  kinds: readonly VerifiedKind[];
  /** Kinds whose situations cannot be counted, and why. */
  outside: readonly { kind: string; why: string }[];
  invariants: readonly Invariant[];
  violations: readonly ExplainedViolation[];
  /** Sentences that nothing was found against, and that cannot be relied on all the same. */
  doubts: readonly Doubt[];
  seconds: number;
}

export interface VerifyOptions {
  folder: string;
  policies: Policies;
  /** The file of invariants. */
  invariants: string;
  /** This kind alone; null: all. */
  kind: string | null;
  /** Sentences by their ids, and no more than they need is decided; empty: all, and all actions of all kinds. */
  sentences: readonly string[];
  contract: Contract;
  openServers: OpenPolicyServers;
  progress: (kind: string, decided: number) => void;
}

/** Decides all that can be decided and holds the invariants against it. @throws PolicyError */
export async function verifyPolicies(options: VerifyOptions): Promise<Verified> {
  const startedAt = performance.now();
  const texts = kindTexts(options.policies);
  const invariants = await invariantsFor(options, texts);
  const kinds: VerifiedKind[] = [];
  const outside: { kind: string; why: string }[] = [];
  const servers = await options.openServers();
  try {
    const { pdp } = await servers.start(options.folder);
    for (const text of texts.values()) {
      if (options.kind !== null && text.kind !== options.kind) continue;
      const own = invariants.filter(({ kind }) => kind === text.kind);
      if (options.sentences.length > 0 && own.length === 0) continue;
      try {
        const space = await openSpace(options.folder, options.contract, text, [], own);
        let decided = 0;
        const told = (more: number): void => options.progress(text.kind, (decided += more));
        kinds.push(
          await verifyKind(
            pdp,
            { space, text, invariants: own, isPart: options.sentences.length > 0, random: seeded(text.kind) },
            told,
          ),
        );
      } catch (error) {
        if (!(error instanceof InfiniteDomain)) throw error;
        if (own.length > 0)
          throw new PolicyError(`${text.kind} has invariants, yet its vectors cannot be counted: ${error.message}.`, {
            cause: error,
          });
        outside.push({ kind: text.kind, why: error.message });
      }
    }
  } finally {
    await servers.close();
  }
  const violations = await explained(options.folder, kinds);
  const doubts = kinds.flatMap((it) => it.doubts);
  return { kinds, outside, invariants, violations, doubts, seconds: (performance.now() - startedAt) / 1000 };
}

/** Every kind's policy, or why one cannot be read here. @throws PolicyError */
export function kindTexts(policies: Policies): Map<string, KindText> {
  try {
    return readKindTexts(policies);
  } catch (error) {
    if (error instanceof UnreadableExpression) throw new PolicyError(error.message, { cause: error });
    throw error;
  }
}

async function invariantsFor(
  { invariants: file, kind, sentences }: VerifyOptions,
  texts: Map<string, KindText>,
): Promise<Invariant[]> {
  if (kind !== null && !texts.has(kind)) {
    throw new PolicyError(`No policy is about the kind ${kind}; there are ${[...texts.keys()].join(', ')}.`);
  }
  const all = await readInvariants(file);
  const stranger = all.find((it) => !texts.has(it.kind));
  if (stranger) throw new PolicyError(`${stranger.place}: it speaks of the kind ${stranger.kind}, and no policy does.`);
  const ofKind = all.filter((it) => kind === null || it.kind === kind);
  const unknown = sentences.find((id) => !ofKind.some((it) => it.id === id));
  if (unknown !== undefined) {
    const known = ofKind.map(({ id }) => id).join(', ');
    throw new PolicyError(
      `${file}: no sentence${kind === null ? '' : ` about ${kind}`} is called ${unknown}; there are ${known}.`,
    );
  }
  return ofKind.filter(({ id }) => sentences.length === 0 || sentences.includes(id));
}

async function explained(folder: string, kinds: readonly VerifiedKind[]): Promise<ExplainedViolation[]> {
  const found: ExplainedViolation[] = [];
  for (const { kind, violations } of kinds) {
    // Of two situations that differ, the one that is allowed has a rule to name.
    const allowed = violations.map((it) => ({
      action: it.action,
      point: it.allowed ? (it.after ?? it.point) : it.point,
    }));
    const rules = await explainPoints(folder, kind, allowed);
    for (const [index, violation] of violations.entries()) found.push({ ...violation, allowedBy: rules[index] ?? [] });
  }
  return found;
}

/** The same draws for the same kind, so that a run can be repeated. */
function seeded(text: string): () => number {
  let state = Array.from(text).reduce((sum, letter) => (Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0)) | 0, 7);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
