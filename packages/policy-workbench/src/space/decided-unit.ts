import type { PdpClient } from '@sparkgate/cerbos-pdp/client';
import { decisionInput, type DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { askAll } from '@sparkgate/cerbos-pdp/ask-all';
import type { Point } from './point.ts';
import type { VectorSpace } from './vector-space.ts';
import type { VectorUnit } from './vector-unit.ts';

/** Questions that are on their way at once. */
const QUESTIONS = 2000;

/** Told now and then how many decisions have been made since. */
export type Progress = (decided: number) => void;

/** The decisions of one policy bundle on all classes of a unit: a bit each. */
export class DecidedUnit {
  readonly unit: VectorUnit;
  readonly #allowed: ReadonlyMap<string, Uint8Array>;

  constructor(unit: VectorUnit, allowed: ReadonlyMap<string, Uint8Array>) {
    this.unit = unit;
    this.#allowed = allowed;
  }

  /** Whether an action is allowed in the class of this number. */
  allows(action: string, index: number): boolean {
    const bits = this.#allowed.get(action);
    if (!bits) throw new Error(`${action} was not decided`);
    return ((bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
  }
}

/** How a unit is decided. */
export interface DecideOptions {
  progress?: Progress;
  /** The name under which the PDP knows the kind, where several policies of it are served. */
  as?: string;
  /** What is sent in place of a question. */
  sent?: (question: DecisionInput) => DecisionInput;
}

/** Puts every class of a unit to a PDP. @throws PolicyError when it refuses a vector that the schema admits */
export async function decideUnit(
  pdp: PdpClient,
  unit: VectorUnit,
  { progress = () => undefined, as = unit.kind, sent = (it) => it }: DecideOptions = {},
): Promise<DecidedUnit> {
  const allowed = new Map<string, Uint8Array>();
  for (const action of unit.actions) {
    const bits = new Uint8Array(Math.ceil(unit.size / 8));
    for (let from = 0; from < unit.size; from += QUESTIONS) {
      const indices = Array.from({ length: Math.min(QUESTIONS, unit.size - from) }, (_, offset) => from + offset);
      const answers = await decideAll(
        pdp,
        indices.map((index) => sent(question(as, action, unit.at(index)))),
      );
      for (const [offset, index] of indices.entries()) {
        if (answers[offset] === true) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
      }
      progress(indices.length);
    }
    allowed.set(action, bits);
  }
  return new DecidedUnit(unit, allowed);
}

/** What came of asking about points drawn at random. */
export interface Sampled {
  /** How many decisions were compared: those on points of which a class speaks. */
  compared: number;
  /** The first point on which its class answers otherwise, or that no class speaks for though they hold all; never one. */
  stray: { action: string; point: Point } | null;
}

/** Asks about points drawn at random whether their classes speak for them. */
export async function sample(
  pdp: PdpClient,
  decided: DecidedUnit,
  {
    space,
    samples,
    random,
    as = space.kind,
  }: { space: VectorSpace; samples: number; random: () => number; as?: string },
): Promise<Sampled> {
  const { unit } = decided;
  const drawn = Array.from({ length: samples }, () => space.draw(random));
  const located = drawn.map((point) => ({ point, index: unit.locate(point) }));
  const lost = unit.untried === null ? located.find(({ index }) => index === undefined) : undefined;
  if (lost) return { compared: 0, stray: { action: unit.actions.join(', '), point: lost.point } };
  const asked = located.flatMap(({ point, index }) =>
    index === undefined ? [] : unit.actions.map((action) => ({ action, point, index })),
  );
  const answers = await decideAll(
    pdp,
    asked.map(({ action, point }) => question(as, action, point)),
  );
  const stray = asked.find(({ action, index }, at) => decided.allows(action, index) !== answers[at]) ?? null;
  // Where not all was tried, a value may stand for others that differ from it in what was not.
  if (stray && unit.untried !== null) return { compared: 0, stray: null };
  return { compared: asked.length, stray };
}

/** The question that asks the PDP for one decision of the space. */
function question(kind: string, action: string, { role, attr }: Point): DecisionInput {
  return decisionInput({ kind, action, roles: [role], resourceAttr: { ...attr } });
}

async function decideAll(pdp: PdpClient, questions: readonly DecisionInput[]): Promise<boolean[]> {
  const answers = await askAll(pdp, questions);
  return answers.map(({ allowed, refused }, index) => {
    if (refused.length === 0) return allowed;
    const { kind, resourceAttr } = questions[index] ?? {};
    throw new PolicyError(
      `The policy server refuses a vector of ${kind} that its schema admits: ${JSON.stringify(resourceAttr)}`,
    );
  });
}
