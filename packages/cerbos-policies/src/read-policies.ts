import { policiesOf, isSchema, type Policies } from './policies.ts';
import { PolicyError } from './policy-error.ts';
import { readPolicyFolder } from './policy-folder.ts';
import { refuseUnsupportedSyntax } from './unsupported-syntax.ts';

/**
 * Reads a policy folder as Cerbos would.
 * @param orNone whether the folder may be empty
 * @throws PolicyError for a folder that cannot be read or holds no policy, for what {@link readPolicyFolder} refuses, and
 * for what Cerbos reads otherwise than it is read here
 */
export async function readPolicies(folder: string, { orNone = false } = {}): Promise<Policies> {
  const read = await readPolicyFolder(folder).catch((cause: unknown) => {
    if (cause instanceof PolicyError) throw cause;
    throw new PolicyError(`The policy folder ${folder} cannot be read.`, { cause });
  });
  if (!orNone && [...read.files.keys()].every(isSchema)) {
    throw new PolicyError(`There is no policy (*.yaml) in ${folder}.`);
  }
  const policies = policiesOf(read);
  refuseUnsupportedSyntax(policies);
  return policies;
}
