import { z } from 'zod';
import { exactText } from './exact-text.ts';
import type { PdpAnswer, PdpQuestion } from './pdp.ts';

/** Of which bundle and which facts a decision was. */
export interface DecidedAt {
  policy: string;
  revision: string;
}

/** Hears of every decision. Must neither throw nor take long. */
export type RecordDecision = (answer: PdpAnswer, question: () => PdpQuestion, at: DecidedAt) => void;

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

/** What is sent where no policy looks at ids. */
const NO_IDS = { principalId: 'subject', resourceId: 'resource' } as const;

/** Writes records as lines. Answers that are remembered are written out once, and then only dated. */
export function recorder(write: (line: string) => void, now: () => Date = () => new Date()): RecordDecision {
  const texts = new WeakMap<PdpAnswer, string>();
  return (answer, question, { policy, revision }) => {
    let text = texts.get(answer);
    if (text === undefined) texts.set(answer, (text = textOf(question(), answer)));
    write(`{"at":"${now().toISOString()}","policy":"${policy}","revision":"${revision}",${text}\n`);
  };
}

function textOf(question: PdpQuestion, { allowed }: PdpAnswer): string {
  const { kind, action, roles, principalId, principalAttr, resourceId, resourceAttr: vector } = question;
  const subject = {
    ...(principalId !== NO_IDS.principalId && { id: principalId }),
    ...(Object.keys(principalAttr).length > 0 && { attributes: principalAttr }),
  };
  return exactText({
    kind,
    action,
    roles,
    ...(Object.keys(subject).length > 0 && { subject }),
    ...(resourceId !== NO_IDS.resourceId && { resource_id: resourceId }),
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
}: DecisionRecord): PdpQuestion {
  return {
    kind,
    action,
    roles,
    principalId: subject?.id ?? NO_IDS.principalId,
    principalAttr: subject?.attributes ?? {},
    resourceId: resourceId ?? NO_IDS.resourceId,
    resourceAttr: vector,
  };
}
