import type { TracedTest } from '@sparkgate/cerbos-pdp/traces';
import type { Suite } from './suites.ts';

/** The actions and roles of questions. */
export interface AskedNames {
  actions: ReadonlySet<string>;
  roles: ReadonlySet<string>;
}

/** What the tests ask for about each kind, whatever version or scope they name. */
export function askedNames(
  suites: ReadonlyMap<string, Suite>,
  tests: readonly Pick<TracedTest, 'file' | 'principal' | 'resource' | 'action'>[],
): ReadonlyMap<string, AskedNames> {
  const asked = new Map<string, { actions: Set<string>; roles: Set<string> }>();
  for (const { file, principal, resource, action } of tests) {
    const suite = suites.get(file);
    const kind = suite?.resources.get(resource)?.kind;
    if (kind === undefined) continue;
    const names = asked.get(kind) ?? { actions: new Set(), roles: new Set() };
    asked.set(kind, names);
    names.actions.add(action);
    for (const role of suite?.principals.get(principal)?.roles ?? []) names.roles.add(role);
  }
  return asked;
}
