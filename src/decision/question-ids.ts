import type { Bundle } from './bundle.ts';
import type { Check } from './check.ts';
import type { PdpQuestion } from '@sparkgate/cerbos-pdp/client';

type Ids = Pick<PdpQuestion, 'principalId' | 'resourceId'>;

/** The principal's and resource's ids where no policy looks at them. */
export const NO_IDS: Ids = { principalId: 'subject', resourceId: 'resource' };

/** Ids are sent, and so are part of what is remembered, only where the kind's policy looks at them. */
export function idsOf({ subject, resource }: Check, { kinds }: Bundle): Ids {
  const mentioned = kinds.get(resource.type)?.mentionsIds === true;
  return mentioned ? { principalId: subject.id, resourceId: resource.id } : NO_IDS;
}
