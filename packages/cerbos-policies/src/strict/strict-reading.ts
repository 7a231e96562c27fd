import type { Policies } from '../policies.ts';
import { PolicyError } from '../policy-error.ts';
import { notCompared } from './compared.ts';
import type { Finding, Senders } from './finding.ts';
import { KindReader } from './kind-reader.ts';

/**
 * Finds expressions that read what is never sent: of a closed kind whatever its schemas do not declare, and whatever
 * reads so that nobody can tell what it reads; of other kinds what their schemas close, and, as a warning, what they
 * leave open beside names that they declare. Where a kind has no schema, anything may be sent.
 */
export function strictReading(policies: Policies, senders: Senders): Finding[] {
  const findings = policies.resources.flatMap((policy) => new KindReader(policies, policy, senders).findings());
  const compared = notCompared(policies, senders.closedKinds, senders.compared);
  return [
    ...new Map([...unasked(policies, senders), ...findings, ...compared].map((it) => [sentence(it), it])).values(),
  ];
}

/** Of closed kinds no version and no scope is ever asked about. */
function unasked({ loaded }: Policies, { closedKinds }: Senders): Finding[] {
  return loaded.flatMap((policy) => {
    if (policy.sort !== 'resource' || policy.document.decides || !closedKinds.has(policy.kind)) return [];
    const part = policy.scope ? 'scope' : 'version';
    const message = `no ${part} of ${policy.kind} is ever asked about. Remove it.`;
    return [{ isError: true, ...policy.document.placeOf(['resourcePolicy', part]), message }];
  });
}

/** Refuses errors of strict reading. @returns what hinders nothing @throws PolicyError a line for each */
export function refuseMisreadings(policies: Policies, senders: Senders): string[] {
  const found = strictReading(policies, senders);
  const errors = found.filter(({ isError }) => isError);
  if (errors.length > 0) throw new PolicyError(errors.map(sentence).join('\n'));
  return found.map(sentence);
}

/** A finding with its place. */
export const sentence = ({ file, line, message }: Finding): string => `${file}:${line}: ${message}`;
