import { SparkgateError } from '../domain/errors.ts';
import { ActionProperties } from './action-properties.ts';
import type { Check } from './check.ts';
import type { FactQuestion } from './facts.ts';
import { isStoredKind } from './project.ts';

/** A check whose properties were found to fit its kind. */
export interface PreparedCheck {
  check: Check;
  question: FactQuestion;
}

/** @throws SparkgateError `invalid_request` when the action's properties do not fit a kind of our own */
export function prepare(check: Check): PreparedCheck {
  const stored = isStoredKind(check.resource.type);
  const properties = ActionProperties.safeParse(stored ? check.action.properties : {});
  if (!properties.success) {
    throw new SparkgateError('invalid_request', 'The properties of the action do not fit.', {
      errors: properties.error.issues.map((issue) => ({
        pointer: ['', 'action', 'properties', ...issue.path].join('/'),
        message: issue.message,
      })),
    });
  }
  const question: FactQuestion = {
    kind: check.resource.type,
    subjectType: check.subject.type,
    subjectId: check.subject.id,
    resourceId: check.resource.id,
    properties: properties.data,
    within: check.within,
  };
  return { check, question };
}
