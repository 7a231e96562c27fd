import type { Attributes, DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import type { Expectation } from '../tests/expectations.ts';

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
    own.flatMap(({ roles, principalAttr, principalId: id }) =>
      withOneLess(principalAttr).map((attr) => ({ roles, attr, id })),
    ),
  );
  const resources = distinct(
    own.flatMap(({ resourceAttr, resourceId: id }) => withOneLess(resourceAttr).map((attr) => ({ attr, id }))),
  );
  const questions: DecisionInput[] = [];
  for (const action of actions) {
    for (const { roles, attr: principalAttr, id: principalId } of subjects) {
      for (const { attr: resourceAttr, id: resourceId } of resources) {
        if (questions.length >= MOST) return questions;
        questions.push({ kind, action, roles, principalId, principalAttr, resourceId, resourceAttr });
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
