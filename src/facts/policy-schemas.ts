import { z } from 'zod';
import { schemaOf } from './kind.ts';
import { GIVEN, KIND_FACTS, type Vocabulary } from './kinds.ts';

/** The JSON Schemas of all fact vectors as [file name, text]: what stands in `policies/_schemas`. */
export function policySchemas(vocabulary: Vocabulary = GIVEN): [file: string, text: string][] {
  return Object.entries({ ...KIND_FACTS, ...vocabulary }).map(([kind, facts]) => [
    `${kind}.json`,
    `${JSON.stringify(z.toJSONSchema(schemaOf(facts), { target: 'draft-2020-12' }), null, 2)}\n`,
  ]);
}
