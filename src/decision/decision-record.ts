import { z } from 'zod';
import { canonicalJson } from '@sparkgate/cerbos-pdp/canonical-json';
import type { PdpAnswer } from '@sparkgate/cerbos-pdp/client';
import { decisionInput, PLACEHOLDERS, type DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { idsIn } from './decision-input.ts';

/** Of which bundle and which facts a decision was. */
export interface DecidedAt {
  policy: string;
  revision: string;
}

/** Hears of every decision. Must neither throw nor take long. */
export type RecordDecision = (answer: PdpAnswer, question: () => DecisionInput, at: DecidedAt) => void;

const Attributes = z.record(z.string(), z.unknown());

/**
 * One decision as a line of NDJSON: everything that it was made from, so that it can be made again. Ids are in it only
 * where the policy looks at ids; attributes of the subject only where there are any.
 */
export const DecisionRecord = z.object({
  at: z.iso.datetime().optional(),
  policy: z.string().min(1),
  revision: z.string(),
  kind: z.string().min(1),
  action: z.string().min(1),
  roles: z.array(z.string().min(1)).min(1),
  subject: z.object({ id: z.string().optional(), attributes: Attributes.optional() }).optional(),
  resource_id: z.string().optional(),
  vector: Attributes,
  decision: z.boolean(),
});
export type DecisionRecord = z.infer<typeof DecisionRecord>;

/** Writes records as lines. Answers that are remembered are written out once, and then only dated. */
export function recorder(write: (line: string) => void, now: () => Date = () => new Date()): RecordDecision {
  const texts = new WeakMap<PdpAnswer, string>();
  return (answer, question, { policy, revision }) => {
    let text = texts.get(answer);
    if (text === undefined) texts.set(answer, (text = textOf(question(), answer)));
    write(`{"at":"${now().toISOString()}","policy":"${policy}","revision":"${revision}",${text}\n`);
  };
}

function textOf(question: DecisionInput, { allowed }: PdpAnswer): string {
  const { kind, action, roles, principalAttr, resourceAttr: vector } = question;
  const ids = idsIn(question);
  const subject = {
    ...(ids.subject !== null && { id: ids.subject }),
    ...(Object.keys(principalAttr).length > 0 && { attributes: principalAttr }),
  };
  return canonicalJson({
    kind,
    action,
    roles,
    ...(Object.keys(subject).length > 0 && { subject }),
    ...(ids.resource !== null && { resource_id: ids.resource }),
    vector,
    decision: allowed,
  }).slice(1);
}

/** The question that a record was the answer to. */
export function questionOf({
  kind,
  action,
  roles,
  subject,
  resource_id: resourceId,
  vector,
}: DecisionRecord): DecisionInput {
  const ids = {
    principalId: subject?.id ?? PLACEHOLDERS.principalId,
    resourceId: resourceId ?? PLACEHOLDERS.resourceId,
  };
  return decisionInput({ kind, action, roles, principalAttr: subject?.attributes ?? {}, resourceAttr: vector }, ids);
}
