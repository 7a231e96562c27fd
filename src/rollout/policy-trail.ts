import type { Context, Query } from '../domain/context.ts';
import { RequestLife } from '../domain/request-life.ts';
import { transact, type Audit } from '../domain/transact.ts';
import type { Admitted } from './admission.ts';
import type { OfferSource } from './bundle-store.ts';
import type { RefusedOver } from './refused.ts';

/** A bundle, by the hash of what decides and that of the suite that holds it; null = none does. */
export interface Held {
  policy: string;
  suite: string | null;
}

/** What happened to a bundle. */
export type PolicyStep = {
  source: OfferSource;
  /** What decided before; null = nothing. */
  before: Held | null;
} & (
  | { event: 'policy.admitted'; bundle: Held; admitted: Admitted }
  /** The first bundle ever: it compiles and reads what is sent, and nothing else was asked. */
  | { event: 'policy.first_start'; bundle: Held }
  | { event: 'policy.rolled_back'; bundle: Held }
  /** Of what could not even be read there is no hash. */
  | { event: 'policy.refused'; bundle: { policy: string | null; suite: string | null }; over: RefusedOver; why: string }
);

/** Writes into the audit trail what happened to a bundle. @throws SparkgateError when it cannot be written */
export type RecordStep = (step: PolicyStep) => Promise<void>;

/** Of a longer message this is kept, in characters. */
const LONGEST_WHY = 4000;

/** @param version of this service, whose tools admitted or refused */
export function policyTrail(ctx: Context, version: string): RecordStep {
  return async (step) => {
    await transact({ ...ctx, life: new RequestLife() }, {}, async () => ({
      result: null,
      audit: entriesOf(step, version),
    }));
  };
}

/** Whether a bundle was ever admitted, or taken at a first start. */
export async function isAdmitted(query: Query, policy: string): Promise<boolean> {
  const [row] = await query<{ there: boolean }>(
    `select exists (select from audit_entry where subject_type = 'policy' and subject_id = $1
       and event = any('{policy.admitted,policy.first_start}')) as there`,
    [policy],
  );
  return row?.there === true;
}

function entriesOf(step: PolicyStep, version: string): [Audit, ...Audit[]] {
  const { event, source, before, bundle } = step;
  const subject = { type: 'policy', id: bundle.policy ?? 'unreadable' };
  const after = { suite: bundle.suite, source, version, ...detailsOf(step) };
  const accepted = event === 'policy.admitted' ? step.admitted.accepted : [];
  return [
    { event, subject, before, after, ...(event === 'policy.first_start' && { flags: ['NOT_TESTED'] }) },
    ...accepted.map((it): Audit => ({ event: 'policy.accepted', subject, before, after: it })),
  ];
}

function detailsOf(step: PolicyStep): object {
  switch (step.event) {
    case 'policy.admitted': {
      const { accepted, ...counts } = step.admitted;
      return { ...counts, accepted: accepted.length };
    }
    case 'policy.refused':
      return { over: step.over, message: step.why.slice(0, LONGEST_WHY) };
    default:
      return {};
  }
}
