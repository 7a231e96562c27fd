import { matchesGlob } from '@sparkgate/cerbos-policies/glob';
import { policyChanges, type PolicyChange } from '@sparkgate/cerbos-policies/policy-changes';
import { readsField } from '@sparkgate/cerbos-policies/expression-reads';
import { decisionInput, type DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { memoKey } from '../../decision/decision-input.ts';
import { actionExamples } from '@sparkgate/policy-workbench/space/action-examples';
import type { KindText } from '@sparkgate/cerbos-policies/kind-text';
import type { Point } from '@sparkgate/policy-workbench/space/point';
import { actionsOf, rulesFor } from '@sparkgate/policy-workbench/verify/verify-kind';
import { answersOf } from './answers.ts';
import { propertyText, reading, schemasOf } from './readings.ts';
import { looksAtRuntime } from './reads.ts';
import type { Side } from './side.ts';

/** How a note begins that leaves open whether somebody gains. */
export const UNTOLD = 'It cannot be told';

/** What both bundles answer to one question. */
export interface Answers {
  was: boolean;
  is: boolean;
}

/** The bundle before and the bundle after an edit. */
export class Sides {
  readonly base: Side;
  readonly head: Side;
  /** What they say differently, as it is written. */
  readonly changes: readonly PolicyChange[];
  readonly #answers = new Map<string, Answers>();
  #refused = 0;

  constructor(base: Side, head: Side) {
    this.base = base;
    this.head = head;
    this.changes = policyChanges(base.policies, head.policies);
  }

  /** How many different questions were put to both, and how many of them the schema of one of them refuses. */
  get asked(): { decided: number; refused: number } {
    return { decided: this.#answers.size, refused: this.#refused };
  }

  /** Every kind that either knows. */
  get kinds(): string[] {
    return [...new Set([...this.base.bundle.kinds.keys(), ...this.head.bundle.kinds.keys()])];
  }

  /** The actions of a kind that may be decided otherwise: the rules about the others read alike in both. */
  actions(kind: string): string[] {
    const touching = this.changes.filter((it) => touches(it, kind));
    if (touching.length === 0) return [];
    const [before, after] = [this.base.texts?.get(kind), this.head.texts?.get(kind)];
    const isExcepted = touching.some(({ policy }) => /^(?:principal|role) policy/.test(policy));
    // What is shared may be used by what makes exceptions.
    const isShared = this.sweeping(kind) && touching.some(({ kinds, part }) => kinds === null && part !== 'schema');
    if (!before || !after || isExcepted || isShared) return this.#named(kind);
    const all = actionsOf(before, after);
    if (schemasOf(this.base.policies, kind) !== schemasOf(this.head.policies, kind)) return all;
    // The text of a rule does not hold the derived roles that an expression of it names.
    if (looksAtRuntime([...before.rules, ...after.rules])) {
      return this.base.bundle.hash === this.head.bundle.hash ? [] : all;
    }
    return all.filter((action) => reading(action, before) !== reading(action, after));
  }

  /** Whether the schemas say different things of a field. */
  describeOtherwise(kind: string, field: string): boolean {
    const [before, after] = [this.base.texts?.get(kind), this.head.texts?.get(kind)];
    if (!before || !after) return false;
    return propertyText(this.base.policies, before, field) !== propertyText(this.head.policies, after, field);
  }

  /** Whether the rules about an action, or variables that differ, look at a field of the vector, in either bundle. */
  looksAt(kind: string, action: string, field: string): boolean {
    if (this.sweeping(kind)) return true;
    const variables = this.#differing(kind);
    return [this.base, this.head].some(({ bundle, texts }) => {
      const text = texts?.get(kind);
      if (!text) return bundle.kinds.has(kind);
      const leaves = rulesFor([action], text).flatMap((rule) => rule.leaves);
      return [...leaves, ...variables].some((it) => readsField(it, field));
    });
  }

  /** The variables that only one bundle has: where one errs, all is denied. */
  #differing(kind: string): ReadonlySet<string> {
    const [before, after] = [this.base, this.head].map(({ texts }) => {
      return new Set(texts?.get(kind)?.rules.flatMap(({ variables }) => variables));
    });
    return (before ?? new Set<string>()).symmetricDifference(after ?? new Set<string>());
  }

  /** What each bundle says of a kind; one without a policy of it allows nothing, as one without rules. */
  textsOf(kind: string): readonly [before: KindText | undefined, after: KindText | undefined] {
    const [before, after] = [this.base.texts?.get(kind), this.head.texts?.get(kind)];
    const known = before ?? after;
    const none = ({ bundle, texts }: Side): KindText | undefined =>
      known && texts && !bundle.kinds.has(kind) ? { ...known, rules: [] } : undefined;
    return [before ?? none(this.base), after ?? none(this.head)];
  }

  /** Whether no policy says anything about a kind any more, so that all is denied. */
  isGone(kind: string): boolean {
    const rules = this.head.policies.exceptions.flatMap((it) => it.rules);
    return !this.head.bundle.kinds.has(kind) && !rules.some(({ resource }) => matchesGlob(resource, kind));
  }

  /** Whether decisions on a kind depend on ids, in either bundle. */
  mentionIds(kind: string): boolean {
    return [this.base, this.head].some(({ bundle }) => bundle.kinds.get(kind)?.mentionsIds === true);
  }

  /** Whether decisions on a kind depend on the time, in either bundle. */
  mentionTime(kind: string): boolean {
    return [this.base, this.head].some(({ bundle }) => bundle.kinds.get(kind)?.mentionsTime === true);
  }

  /** Puts questions to both; a kind without a policy is denied. @throws SparkgateError `unavailable` */
  async ask(questions: readonly DecisionInput[]): Promise<Answers[]> {
    const keys = questions.map((question) => memoKey('', question));
    const fresh = new Map(
      questions.flatMap((it, index) => (this.#answers.has(keys[index] ?? '') ? [] : [[keys[index] ?? '', it]])),
    );
    const asked = [...fresh.values()];
    const [was, is] = await Promise.all([answersOf(this.base, asked), answersOf(this.head, asked)]);
    for (const [index, key] of [...fresh.keys()].entries()) {
      const [before, after] = [was[index], is[index]];
      if (before?.refused === true || after?.refused === true) this.#refused += 1;
      this.#answers.set(key, { was: before?.allowed === true, is: after?.allowed === true });
    }
    return keys.map((key) => this.#answers.get(key) ?? { was: false, is: false });
  }

  /** Whether principal or role policies may have a say in what is decided about a kind. */
  sweeping(kind: string): boolean {
    return [this.base, this.head].some(({ policies }) =>
      policies.exceptions.some(
        ({ sort, rules }) => sort === 'role' || rules.some(({ resource }) => matchesGlob(resource, kind)),
      ),
    );
  }

  #named(kind: string): string[] {
    const named = [this.base, this.head].flatMap(({ bundle }) => [...(bundle.kinds.get(kind)?.actions ?? [])]);
    return actionExamples(named);
  }
}

/** Whether a change can matter to a kind where neither a version nor a scope is named. */
const touches = ({ decides, kinds }: PolicyChange, kind: string): boolean =>
  decides && (kinds === null || kinds.some((it) => matchesGlob(it, kind)));

/** The question about one point of a vector space. */
export function questionOf(kind: string, action: string, { role, attr }: Point): DecisionInput {
  return decisionInput({ kind, action, roles: [role], resourceAttr: { ...attr } });
}
