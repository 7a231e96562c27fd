import { z, type OpenAPIHono } from '@hono/zod-openapi';
import { Properties } from '../../domain/properties.ts';
import { ActionName, OutsideId } from '../../domain/vocabulary.ts';
import { ACTION_PROPERTIES } from '../../facts/action-properties.ts';
import type { Env } from '../env.ts';
import { Defaults, Entity, Options, Page, Sought } from './schemas.ts';

const OWN = Object.keys(ACTION_PROPERTIES);

/** Our own kinds, whose action properties are a closed set each, and then any other kind. */
const KINDS = [
  ...Object.entries(ACTION_PROPERTIES).map(([kind, properties]) => ({
    kind,
    type: z.literal(kind),
    properties: z.strictObject(properties.shape).meta({ ...properties.meta() }),
  })),
  {
    kind: 'other',
    type: OutsideId.meta({ ...OutsideId.meta(), not: { enum: OWN } }),
    properties: z.record(z.string(), z.unknown()).meta({ ...Properties.meta() }),
  },
];

/** How the names of a kind's schemas begin, such as `TiktokAccount`; those of any kind but our own with `Other`. */
export function schemaPrefix(kind: string): string {
  const known = OWN.includes(kind) ? kind : 'other';
  return known.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Registers AuthZEN's requests as the document tells them: an alternative for each kind, since what an action takes hangs
 * on the kind of the resource. What validates is one schema for all kinds, whose refusals name the place.
 * @param most evaluations of one batch
 */
export function documentRequests(registry: OpenAPIHono<Env>['openAPIRegistry'], most: number): void {
  const subject = registry.register('Subject', Entity);
  const requests = KINDS.map(({ kind, type, properties }) => {
    const name = schemaPrefix(kind);
    const taken = registry.register(`${name}ActionProperties`, properties as z.ZodType).optional();
    const action = registry.register(`${name}Action`, z.object({ name: ActionName, properties: taken }));
    const resource = registry.register(`${name}Resource`, Entity.extend({ type }));
    const check = { subject, action, resource, context: Properties.optional() };
    const single = { ...check, evaluations: z.array(z.unknown()).max(0).optional(), options: Options };
    const sought = Sought.extend({ type });
    const anyAction = z.object({ properties: taken }).optional();
    return {
      AccessEvaluationRequest: registry.register(`${name}EvaluationRequest`, z.object(check)),
      AccessEvaluationsRequest: registry.register(`${name}EvaluationsRequest`, z.object(single)),
      SubjectSearchRequest: registry.register(
        `${name}SubjectSearchRequest`,
        z.object({ ...check, subject: Sought, page: Page }),
      ),
      ResourceSearchRequest: registry.register(
        `${name}ResourceSearchRequest`,
        z.object({ ...check, resource: sought, page: Page }),
      ),
      ActionSearchRequest: registry.register(
        `${name}ActionSearchRequest`,
        z.object({ ...check, action: anyAction, page: Page }),
      ),
    };
  });
  const batch = registry.register(
    'EvaluationBatch',
    Defaults.extend({ evaluations: z.array(z.unknown()).min(1).max(most) }).openapi({ description: BATCH }),
  );
  const [first] = requests;
  for (const name of Object.keys(first ?? {}) as (keyof (typeof requests)[number])[]) {
    const alternatives = requests.map((request) => request[name]);
    registry.register(name, z.union(name === 'AccessEvaluationsRequest' ? [batch, ...alternatives] : alternatives));
  }
}

const BATCH =
  'Each evaluation is a request of its own (AccessEvaluationRequest), of which the defaults fill in what it leaves out. ' +
  'What is wrong with one is answered in its place. Without evaluations, or with none in the list, a batch is one request.';
