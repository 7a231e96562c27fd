import { listOf, PLAIN, sentRecord, UNKNOWN, type Shape } from './shape.ts';

/** What Cerbos hands to every expression. Auxiliary data and globals come from those who run Cerbos. */
export function rootsOf({
  resource,
  subject,
  isClosed,
}: {
  resource: Shape;
  subject: Shape;
  isClosed: boolean;
}): Map<string, Shape> {
  const common = { scope: PLAIN, policyVersion: PLAIN, id: PLAIN };
  const P = sentRecord({ ...common, roles: listOf(PLAIN), attr: subject });
  const R = sentRecord({ ...common, kind: PLAIN, attr: resource });
  const auxiliary = isClosed ? {} : { auxData: UNKNOWN, aux_data: UNKNOWN };
  const globals = isClosed ? sentRecord({}) : UNKNOWN;
  const roles = listOf(PLAIN);
  return new Map([
    ['P', P],
    ['R', R],
    ['request', sentRecord({ principal: P, resource: R, ...auxiliary })],
    ['runtime', sentRecord({ effectiveDerivedRoles: roles, effective_derived_roles: roles })],
    ['globals', globals],
    ['G', globals],
  ]);
}
