import { randomUUID } from 'node:crypto';
import type { z } from '@hono/zod-openapi';
import type { Context as Http } from 'hono';
import type { Decision } from '../../decision/check.ts';
import { prepare, type PreparedCheck } from '../../decision/prepare.ts';
import { authorizeKey } from '../../domain/authorize.ts';
import { invalid } from '../../domain/closed.ts';
import { SparkgateError } from '../../domain/errors.ts';
import {
  obligationTold,
  reasonsForAdministrators,
  reasonsForUsers,
  reasonTold,
  type Language,
} from '../../domain/messages/messages.ts';
import { parseRevision, type Revision } from '../../domain/revision.ts';
import { UNSEEN } from '../../domain/unseen.ts';
import type { Caller, Env } from '../env.ts';
import { requireSameCaller } from '../middleware/authenticate.ts';
import { inTurn } from '../middleware/take-turn.ts';
import { CONSISTENCY_HEADER, contextOf, REVISION_HEADER } from '../validation.ts';
import type { EvaluationRequest, EvaluationResponse } from './schemas.ts';

/** Fills in the defaults of a request and lets the key ask only of what it may see. @throws SparkgateError */
export async function prepareCheck(c: Http<Env>, request: EvaluationRequest): Promise<PreparedCheck> {
  const prepared = withDefaults(request, c.get('caller'));
  await authorizeKey(contextOf(c), 'decide', touched(prepared), request.subject);
  return prepared;
}

/** Fills in the defaults of a request. @throws SparkgateError */
export function withDefaults(request: EvaluationRequest, { key }: Pick<Caller, 'key'>): PreparedCheck {
  return prepare({
    subject: { ...request.subject, properties: request.subject.properties ?? {} },
    action: { ...request.action, properties: request.action.properties ?? {} },
    resource: { ...request.resource, properties: request.resource.properties ?? {} },
    context: request.context ?? {},
    within: key?.bcIds ?? null,
    byPerson: key === null,
  });
}

/** The Business Centers that a check names. */
export function touched({ check, question }: PreparedCheck): string[] {
  const named = question.properties.bc_id;
  return [
    ...(check.resource.type === 'business_center' && check.resource.id !== '' ? [check.resource.id] : []),
    ...(named === null || named === undefined ? [] : [named]),
  ];
}

/** Decides, at least as fresh as `X-Sparkgate-Revision` asks for. @throws SparkgateError */
export async function decideFresh(c: Http<Env>, checks: readonly PreparedCheck[]): Promise<Decision[]> {
  const asked = revisionsAsked(c.req.header(REVISION_HEADER));
  const takesBounded = isBounded(c.req.header(CONSISTENCY_HEADER));
  if (checks.length === 0) return [];
  const decisions =
    (takesBounded ? await boundedDecisions(c, checks, asked) : null) ??
    (await (c.get('underWay')?.decisions ?? inTurn(c, checks.length, async () => decide(c, checks))));
  await requireSameCaller(c);
  const [first] = decisions;
  if (first) await requireReached(c, asked, first.revision);
  return c.get('caller').key ? decisions : decisions.map((decision) => withoutPrivate(decision));
}

/** @throws SparkgateError `invalid_request` for anything else than what the document names */
function isBounded(consistency: string | undefined): boolean {
  if (consistency === undefined || consistency === 'bounded') return consistency === 'bounded';
  throw invalid([{ pointer: CONSISTENCY_HEADER, message: 'takes bounded' }]);
}

/** Decisions from memory, where they are fresh enough; else null. @throws SparkgateError */
async function boundedDecisions(
  c: Http<Env>,
  checks: readonly PreparedCheck[],
  asked: readonly Revision[],
): Promise<Decision[] | null> {
  const { decider, settings } = c.get('services');
  const decisions = await decider.decideKept(checks, settings.stalenessLimit * 1000);
  const [first] = decisions ?? [];
  return first && (await unreached(c, asked, first.revision)) === null ? decisions : null;
}

/** Whoever has gone meanwhile, or waited too long, is decided nothing for. */
async function decide(c: Http<Env>, checks: readonly PreparedCheck[]): Promise<Decision[]> {
  c.get('life').requireOpen();
  return c.get('services').decider.decide(checks);
}

/** To a person, what exists out of their sight is as unknown as what does not exist. */
function withoutPrivate(decision: Decision): Decision {
  return decision.private ? { ...decision, reasons: [UNSEEN], reasonsIncomplete: false, obligations: [] } : decision;
}

/** @throws SparkgateError `revision_not_reached` unless all of these are */
async function requireReached(c: Http<Env>, asked: readonly Revision[], now: string): Promise<void> {
  const ahead = await unreached(c, asked, now);
  if (ahead !== null)
    throw new SparkgateError('revision_not_reached', (say) => say.details.revisionAhead(now, ahead.text));
}

/** The first revision that is not reached; null = all are. */
async function unreached(c: Http<Env>, asked: readonly Revision[], now: string): Promise<Revision | null> {
  const at = parseRevision(now);
  for (const revision of asked) {
    if (at === null || !(await c.get('services').isReached(revision, at))) return revision;
  }
  return null;
}

/** The revisions that a header names, separated by commas. */
function revisionsAsked(header: string | undefined): Revision[] {
  if (header === undefined) return [];
  const asked = header.split(',').map((it) => parseRevision(it.trim()));
  const known = asked.filter((it) => it !== null);
  if (known.length === asked.length && known.length <= MOST_REVISIONS) return known;
  throw new SparkgateError('invalid_request', (say) => say.details.revisionForm(REVISION_HEADER), {
    errors: [{ pointer: REVISION_HEADER, message: `takes 1 to ${MOST_REVISIONS} revisions, separated by commas` }],
  });
}

/** Revisions that one request may name. */
export const MOST_REVISIONS = 20;

/** A decision over the wire. */
export function responseOf(decision: Decision, language: Language): z.infer<typeof EvaluationResponse> {
  return {
    decision: decision.decision,
    context: {
      id: randomUUID(),
      via: decision.via,
      reasons: decision.reasons.map((reason) => reasonTold(reason, language)),
      ...(decision.reasonsIncomplete && { reasons_incomplete: true as const }),
      ...(decision.reasons.length > 0 && {
        reason_admin: reasonsForAdministrators(decision.reasons),
        reason_user: reasonsForUsers(decision.reasons),
      }),
      obligations: decision.obligations.map((obligation) => obligationTold(obligation, language)),
      policy: decision.policy,
      revision: decision.revision,
    },
  };
}
