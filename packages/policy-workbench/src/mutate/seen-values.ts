import { decisionInput, type Attributes, type DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import type { Expectation } from './expectations.ts';

/** Questions that are made of the tests' values at most. */
const MOST = 20_000;

/**
 * Where a kind's vectors cannot be counted: every subject of its tests with every resource of theirs, and each of their
 * attributes left out once. What decides all these alike may yet differ elsewhere.
 */
export function questionsOfSeenValues(
  kind: string,
  actions: readonly string[],
  all: readonly Expectation[],
): DecisionInput[] {
  const own = all.map(({ question }) => question).filter((question) => question.kind === kind);
  const subjects = distinct(
    own.flatMap(({ roles, principalAttr }) => withOneLess(principalAttr).map((attr) => ({ roles, attr }))),
  );
  const resources = distinct(own.flatMap(({ resourceAttr }) => withOneLess(resourceAttr)));
  const questions: DecisionInput[] = [];
  for (const action of actions) {
    for (const { roles, attr } of subjects) {
      for (const resourceAttr of resources) {
        if (questions.length >= MOST) return questions;
        questions.push(decisionInput({ kind, action, roles, principalAttr: attr, resourceAttr }));
      }
    }
  }
  return questions;
}

function withOneLess(attributes: Attributes): Attributes[] {
  const entries = Object.entries(attributes);
  return [attributes, ...entries.map((left) => Object.fromEntries(entries.filter((it) => it !== left)))];
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
