import { createRoute } from '@hono/zod-openapi';
import { answers, body, SECURED } from '../api/answers.ts';
import { askedLanguage } from '../asked-language.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { router } from '../validation.ts';
import { decideFresh, prepareCheck, responseOf } from './answer.ts';
import { EvaluationRequest, EvaluationResponse } from './schemas.ts';

/** The Access Evaluation API (AuthZEN 1.0, section 6). */
export const evaluation = router().openapi(
  createRoute({
    tags: ['AuthZEN'],
    security: SECURED,
    method: 'post',
    path: '/access/v1/evaluation',
    operationId: 'evaluate',
    summary: 'May this subject do this to this resource?',
    middleware: jsonBody(),
    request: { body: body(EvaluationRequest) },
    responses: answers(EvaluationResponse, 'The decision'),
  }),
  async (c) => {
    const [decision] = await decideFresh(c, [await prepareCheck(c, c.req.valid('json'))]);
    if (!decision) throw new Error('a check got no decision');
    return c.json(responseOf(decision, askedLanguage(c)), 200);
  },
);
