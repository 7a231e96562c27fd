import { z } from 'zod';
import { VECTOR_SCHEMAS } from './kinds.ts';

/** The JSON Schemas of all fact vectors as [file name, text]: what stands in `policies/_schemas`. */
export function policySchemas(): [file: string, text: string][] {
  return Object.entries(VECTOR_SCHEMAS).map(([kind, schema]) => [
    `${kind}.json`,
    `${JSON.stringify(z.toJSONSchema(schema, { target: 'draft-2020-12' }), null, 2)}\n`,
  ]);
}
