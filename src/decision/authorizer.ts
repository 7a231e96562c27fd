import type { Actor, Authorizer, Verdict } from '../domain/context.ts';
import { isStoredKind } from '../facts/kinds.ts';
import type { Check, Properties } from './check.ts';
import { isOfThisService } from './bundle.ts';
import type { Decider } from './decide.ts';
import { prepare } from './prepare.ts';
import type { Search } from './search/search.ts';

/** Lets domain verbs ask the same policies, by the same path, as any caller of the check endpoint. */
export function authorizerOf(decider: Decider, search: Search): Authorizer {
  return {
    async person(actor, { action, resource, properties }, within, query) {
      const check = checkOf(actor, action, resource, properties, within);
      const [decision] = await decider.decide([prepare(check)], query);
      if (!decision) throw new Error('a check got no decision');
      return decision.decision
        ? { decision: true }
        : { decision: false, reasons: decision.reasons, private: decision.private };
    },
    async resources(actor, { action, type, properties }, place, within) {
      return search.find('resource', checkOf(actor, action, { type, id: '' }, properties, within), place);
    },
    async key(key, action, bcIds) {
      const call = { permissions: key.permissions, confinedTo: key.bcIds, centers: bcIds, isOwn: null };
      return verdictOf(await decider.decideService({ role: 'api_key', action, call }));
    },
    async keyless(actor, action, { type, id }) {
      const self = subjectOf(actor);
      const isOwn = type === self.type && id === self.id;
      const call = { permissions: [], confinedTo: null, centers: [], isOwn };
      return verdictOf(await decider.decideService({ role: self.type, action, call }));
    },
    async attributes(type, attributes) {
      return isStoredKind(type) || isOfThisService(type)
        ? 'stored elsewhere'
        : decider.policyKinds.complaints(type, attributes);
    },
  };
}

function verdictOf(decision: boolean): Verdict {
  return decision ? { decision } : { decision, reasons: [], private: false };
}

function checkOf(
  actor: Actor,
  action: string,
  resource: { type: string; id: string },
  properties: Properties | undefined,
  within: readonly string[] | null,
): Check {
  return {
    subject: { ...subjectOf(actor), properties: {} },
    action: { name: action, properties: properties ?? {} },
    resource: { ...resource, properties: {} },
    context: {},
    within,
    byPerson: true,
  };
}

function subjectOf(actor: Actor): { type: string; id: string } {
  return actor.type === 'operator' ? { type: 'operator', id: 'operator' } : actor;
}
