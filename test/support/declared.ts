import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { policySchemas } from '../../src/facts/policy-schemas.ts';
import { vocabularyOf } from '../../src/facts/vocabulary.ts';
import { policiesWith, type Edit, type OtherPolicies } from './policy-dir.ts';

/** The project's policies with these edits, whose schemas declare these optional facts, such as `paths.self_assigned`. */
export async function policiesDeclaring(declared: readonly string[], ...edits: Edit[]): Promise<OtherPolicies> {
  const policies = await policiesWith(...edits);
  const vocabulary = vocabularyOf(
    () =>
      (...names) =>
        declared.some((it) => `${it}.`.startsWith(`${names.join('.')}.`)),
  );
  for (const [file, text] of policySchemas(vocabulary)) {
    await writeFile(join(policies.environment.POLICY_DIR, '_schemas', file), text);
  }
  return policies;
}
