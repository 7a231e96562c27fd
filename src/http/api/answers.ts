import { z } from '@hono/zod-openapi';
import type { ErrorCode } from '../../domain/errors.ts';
import { OutsideId, Scope } from '../../domain/vocabulary.ts';
import { PROBLEMS } from '../problem.ts';

/** RFC 9457 problem details, with a stable `code`. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(PROBLEMS) as [ErrorCode, ...ErrorCode[]]),
    detail: z.string(),
    errors: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
    reasons: z
      .array(
        z.object({
          code: z.string(),
          message: z.string(),
          pointer: z.string().optional(),
          rule: z.string().optional(),
        }),
      )
      .optional(),
    request_id: z.string(),
  })
  .openapi('Problem');

export const Revision = z.object({ revision: z.string() }).openapi('Revision');

/** 200 with a JSON body. What problems an operation may answer, the document adds. */
export function answers<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { 200: { description, content: { 'application/json': { schema } } } } as const;
}

/** 200 with one fact, and its entity tag. */
export function answersFact<Schema extends z.ZodType>(schema: Schema) {
  const headers = z.object({ ETag: z.string() });
  return { 200: { description: 'The fact', headers, content: { 'application/json': { schema } } } } as const;
}

/** 201 with a JSON body. */
export function creates<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { 201: { description, content: { 'application/json': { schema } } } } as const;
}

/** 204. */
export function empties(description: string) {
  return { 204: { description } } as const;
}

/** The JSON body of a request. */
export function body<Schema extends z.ZodType>(schema: Schema) {
  return { content: { 'application/json': { schema } }, required: true } as const;
}

/** A page of items. */
export function page<Schema extends z.ZodType>(item: Schema) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() });
}

/** A parameter that may be given several times. */
export const several = <Item extends z.ZodType>(item: Item, most: number) =>
  z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(item).min(1).max(most).optional(),
  );

/** Path parameters, by name. */
export const Param = {
  bc_id: OutsideId,
  user_id: OutsideId,
  advertiser_id: OutsideId,
  type: OutsideId,
  id: OutsideId,
} as const;

export const Scopes = z.array(Scope);

export const SECURED = [{ apiKey: [] }];

/** What a caller has to do besides, also in the form of the draft AuthZEN Profile for Obligations. */
export const ObligationTold = z.object({
  code: z.literal('PAUSE_RECOMMENDED'),
  message: z.string(),
  id: z.literal('PAUSE_RECOMMENDED'),
  type: z.literal('custom'),
  properties: z.object({ code: z.literal('PAUSE_RECOMMENDED') }),
});
