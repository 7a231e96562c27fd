import { createRoute, z } from '@hono/zod-openapi';
import { answers } from '../api/answers.ts';
import { router } from '../validation.ts';

const Metadata = z
  .object({
    policy_decision_point: z.string(),
    access_evaluation_endpoint: z.string(),
    access_evaluations_endpoint: z.string(),
    search_subject_endpoint: z.string(),
    search_resource_endpoint: z.string(),
    search_action_endpoint: z.string(),
    supported_obligations: z.array(z.literal('custom')),
  })
  .openapi('AuthZenConfiguration');

/** Policy decision point metadata (AuthZEN 1.0, section 9). Needs no key: it tells where to go, and nothing else. */
export const discovery = router().openapi(
  createRoute({
    tags: ['AuthZEN'],
    method: 'get',
    path: '/.well-known/authzen-configuration',
    operationId: 'getAuthZenConfiguration',
    summary: 'Where the AuthZEN endpoints are',
    responses: answers(Metadata, 'The metadata'),
  }),
  (c) => {
    const origin = c.get('services').publicUrl();
    return c.json(
      {
        policy_decision_point: origin,
        access_evaluation_endpoint: `${origin}/access/v1/evaluation`,
        access_evaluations_endpoint: `${origin}/access/v1/evaluations`,
        search_subject_endpoint: `${origin}/access/v1/search/subject`,
        search_resource_endpoint: `${origin}/access/v1/search/resource`,
        search_action_endpoint: `${origin}/access/v1/search/action`,
        // Of the draft AuthZEN Profile for Obligations.
        supported_obligations: ['custom' as const],
      },
      200,
    );
  },
);
