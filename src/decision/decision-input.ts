import { canonicalJson } from '@sparkgate/cerbos-pdp/canonical-json';
import { decisionInput, PLACEHOLDERS, type DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import type { StoredKind } from '../facts/kinds.ts';
import type { TiktokAccountVector } from '../facts/tiktok-account.ts';
import type { Bundle } from './bundle.ts';
import type { Check, Properties } from './check.ts';

/** The input of a kind whose relationships are stored here: its attributes are the fact vector. */
export type StoredInput = DecisionInput & { kind: StoredKind };

/** The facts of an input that is about a TikTok account; null: it is about something else. */
export function accountFacts({ kind, resourceAttr }: DecisionInput): TiktokAccountVector | null {
  return kind === 'tiktok_account' ? (resourceAttr as TiktokAccountVector) : null;
}

/** The input of a check, with its ids where the kind's policy reads them. */
export function inputOf(
  { subject, action, resource }: Check,
  { kinds }: Bundle,
  attr: Pick<DecisionInput, 'resourceAttr'> & Partial<Pick<DecisionInput, 'principalAttr' | 'roles'>>,
): DecisionInput {
  const readsIds = kinds.get(resource.type)?.mentionsIds === true;
  const ids = readsIds ? { principalId: subject.id, resourceId: resource.id } : PLACEHOLDERS;
  return decisionInput({ kind: resource.type, action: action.name, roles: [subject.type], ...attr }, ids);
}

/** The ids that an input holds; null for a placeholder. */
export function idsIn({ principalId, resourceId }: DecisionInput): { subject: string | null; resource: string | null } {
  return {
    subject: principalId === PLACEHOLDERS.principalId ? null : principalId,
    resource: resourceId === PLACEHOLDERS.resourceId ? null : resourceId,
  };
}

/** The same input of a subject, or a resource, without an id. */
export function withoutId<T extends DecisionInput>(side: 'subject' | 'resource', input: T): T {
  const name = side === 'subject' ? 'principalId' : 'resourceId';
  return { ...input, [name]: PLACEHOLDERS[name] };
}

/** By what an answer is remembered: the whole input, and the bundle that answers. */
export function memoKey(bundleHash: string, input: DecisionInput): string {
  const { kind, action, roles, principalId, principalAttr, resourceId, resourceAttr } = input;
  return canonicalJson([bundleHash, kind, action, roles, principalId, principalAttr, resourceId, resourceAttr]);
}

/** The input of a {@link memoKey}, which holds all of it. */
export function inputOfKey(key: string): DecisionInput {
  const [, kind, action, roles, principalId, principalAttr, resourceId, resourceAttr] = JSON.parse(key) as [
    bundleHash: string,
    kind: string,
    action: string,
    roles: string[],
    principalId: string,
    principalAttr: Properties,
    resourceId: string,
    resourceAttr: Properties,
  ];
  return decisionInput({ kind, action, roles, principalAttr, resourceAttr }, { principalId, resourceId });
}
