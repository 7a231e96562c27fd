import { z } from '@hono/zod-openapi';
import { Properties } from '../../domain/properties.ts';
import { ActionName, OutsideId } from '../../domain/vocabulary.ts';
import { ObligationTold } from '../api/answers.ts';

export const Entity = z.object({ type: OutsideId, id: OutsideId, properties: Properties.optional() });

const Action = z.object({ name: ActionName, properties: Properties.optional() });

/** An access evaluation request (AuthZEN 1.0, section 6.1). Unknown fields are ignored. */
export const EvaluationRequest = z
  .object({ subject: Entity, action: Action, resource: Entity, context: Properties.optional() })
  .openapi('AccessEvaluationRequest');
export type EvaluationRequest = z.infer<typeof EvaluationRequest>;

const SEMANTICS = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const;

/** An access evaluations request (section 7.1). Defaults may be partial; each merged item is checked by itself. */
export const Options = z.looseObject({ evaluations_semantic: z.enum(SEMANTICS).optional() }).optional();
export const Defaults = z.object({
  subject: z.looseObject({}).optional(),
  action: z.looseObject({}).optional(),
  resource: z.looseObject({}).optional(),
  context: z.looseObject({}).optional(),
  options: Options,
});
export const EvaluationsRequest = Defaults.extend({ evaluations: z.array(z.unknown()).optional() }).openapi(
  'AccessEvaluationsRequest',
);
export type EvaluationsRequest = z.infer<typeof EvaluationsRequest>;

export const Sought = Entity.omit({ id: true });
const MOST_RESULTS = 1000;

/** A page of a search (section 8.2): `token` goes on where a page ended; an empty one means the first. */
export const Page = z
  .object({
    token: z
      .string()
      .regex(/^[A-Za-z0-9_.-]*$/, 'is not a page token')
      .max(4096)
      .optional(),
    limit: z.int().min(1).max(MOST_RESULTS).optional(),
  })
  .optional();
export const RESULTS = 100;

/**
 * Search requests (sections 8.4 to 8.6). The id of what is sought is ignored, and so is the name of an action search's
 * action, whose properties take part as in an evaluation.
 */
export const SubjectSearch = z
  .object({ subject: Sought, action: Action, resource: Entity, context: Properties.optional(), page: Page })
  .openapi('SubjectSearchRequest');
export const ResourceSearch = z
  .object({ subject: Entity, action: Action, resource: Sought, context: Properties.optional(), page: Page })
  .openapi('ResourceSearchRequest');
export const ActionSearch = z
  .object({
    subject: Entity,
    action: z.looseObject({ properties: Properties.optional() }).optional(),
    resource: Entity,
    context: Properties.optional(),
    page: Page,
  })
  .openapi('ActionSearchRequest');

const PageResponse = z.object({ next_token: z.string(), count: z.int() });
/** In the language that `Accept-Language` asks for; `pointer` is where a missing fact would stand in the check, `rule` the name of one that denies. */
const Message = z.object({
  code: z.string(),
  message: z.string(),
  pointer: z.string().optional(),
  rule: z.string().optional(),
});

const InEachLanguage = z.object({ en: z.string(), 'zh-CN': z.string() });

/** Where nothing can be found: what of the search is unknown, or what is missing wherever it looks. */
export const NothingFound = z.object({ reasons: z.array(Message) });
export const EntitiesFound = z
  .object({
    results: z.array(z.object({ type: z.string(), id: z.string() })),
    page: PageResponse,
    context: NothingFound.optional(),
  })
  .openapi('EntitiesFound');
export const ActionsFound = z
  .object({
    results: z.array(z.object({ name: z.string() })),
    page: PageResponse,
    context: NothingFound.optional(),
  })
  .openapi('ActionsFound');

/** An access evaluation response (section 6.2) with what this service adds to its context. */
export const EvaluationResponse = z
  .object({
    decision: z.boolean(),
    context: z
      .object({
        id: z.string(),
        via: z.enum(['BUSINESS_CENTER', 'ACCOUNT_LINK', 'OWNER']).nullable(),
        reasons: z.array(Message),
        reasons_incomplete: z
          .literal(true)
          .optional()
          .describe('To find all reasons took too much: others may be nearer, or these may not be all'),
        reason_admin: InEachLanguage.optional().describe('Of a denial: the codes of all reasons'),
        reason_user: InEachLanguage.optional().describe(
          'Of a denial: all reasons in whole sentences, for whom it concerns',
        ),
        obligations: z.array(ObligationTold),
        policy: z.string(),
        revision: z.string(),
      })
      .or(z.object({ error: z.object({ status: z.int(), code: z.string(), message: z.string() }) })),
  })
  .openapi('AccessEvaluationResponse');

/** One decision, or one for each evaluation (section 7.2). */
export const EvaluationsResponse = z
  .union([z.object({ evaluations: z.array(EvaluationResponse) }), EvaluationResponse])
  .openapi('AccessEvaluationsResponse');
