import { faultsOf, invalid } from '../domain/closed.ts';
import { ACTION_PROPERTIES, type ActionProperties } from '../facts/action-properties.ts';
import { isStoredKind } from '../facts/kinds.ts';
import type { FactQuestion } from '../facts/slice.ts';
import type { Check } from './check.ts';

/** A check whose properties were found to fit its kind. */
export interface PreparedCheck {
  check: Check;
  question: FactQuestion;
}

/** @throws SparkgateError `invalid_request` or `unprocessable` when the action's properties do not fit a kind of our own */
export function prepare(check: Check): PreparedCheck {
  const question: FactQuestion = {
    kind: check.resource.type,
    subjectType: check.subject.type,
    subjectId: check.subject.id,
    resourceId: check.resource.id,
    properties: propertiesOf(check),
    within: check.within,
  };
  return { check, question };
}

/** Other kinds' properties are theirs alone: the policy says what they are. */
function propertiesOf({ action, resource }: Check): ActionProperties {
  if (!isStoredKind(resource.type)) return {};
  const parsed = ACTION_PROPERTIES[resource.type].safeParse(action.properties);
  if (!parsed.success) throw invalid(faultsOf(parsed.error, ['action', 'properties']));
  const properties: ActionProperties = parsed.data;
  if (resource.type === 'business_center' && (properties.bc_id ?? resource.id) !== resource.id) {
    const message = 'names another Business Center than the resource';
    throw invalid([{ pointer: '/action/properties/bc_id', message }], 'unprocessable');
  }
  return properties;
}
