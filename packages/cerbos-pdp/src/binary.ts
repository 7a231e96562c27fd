import { createRequire } from 'node:module';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';

/** The path of the Cerbos that came with npm. @throws PolicyError where there is none */
export function cerbosBinary(): string {
  try {
    return createRequire(import.meta.url).resolve('@cerbos/cerbos-linux-x64');
  } catch (cause) {
    throw new PolicyError(
      'Cerbos is not installed here: npm brings it for Linux x64 only. A service takes one of yours by CERBOS_TARGET.',
      { cause },
    );
  }
}
