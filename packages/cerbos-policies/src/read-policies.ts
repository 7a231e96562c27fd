import { policiesOf, isSchema, type Policies } from './policies.ts';
import { PolicyError } from './policy-error.ts';
import { readPolicyFolder, type PolicyFolder } from './policy-folder.ts';
import { refuseUnsupportedSyntax } from './unsupported-syntax.ts';

const NONE: PolicyFolder = { hash: '', files: new Map() };

/**
 * Reads a policy folder as Cerbos would.
 * @param orNone whether the folder may be empty, or not there
 * @throws PolicyError for a folder that cannot be read or holds no policy, for what {@link readPolicyFolder} refuses, and
 * for what Cerbos reads otherwise than it is read here
 */
export async function readPolicies(folder: string, { orNone = false } = {}): Promise<Policies> {
  const read = await readPolicyFolder(folder).catch((cause: unknown) => {
    if (cause instanceof PolicyError) throw cause;
    if (orNone && cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return NONE;
    throw new PolicyError(`The policy folder ${folder} cannot be read.`, { cause });
  });
  if (!orNone && [...read.files.keys()].every(isSchema)) {
    throw new PolicyError(`There is no policy (*.yaml) in ${folder}.`);
  }
  const policies = policiesOf(read);
  refuseUnsupportedSyntax(policies);
  return policies;
}
