import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';

/** What a kind may be called. */
const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** What YAML, in one of its versions, reads as something else than a text. */
const YAML_WORDS = new Set(['null', 'true', 'false', 'yes', 'no', 'on', 'off', 'y', 'n']);

/** What Windows takes for a device, whatever ending it has: nobody there could check the files out. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$/;

/**
 * @param reserved words of the service's own
 * @throws PolicyError with the reason why a kind may not be called so
 */
export function refuseKindName(kind: string, reserved: ReadonlySet<string>): void {
  if (!NAME.test(kind)) {
    throw new PolicyError(
      `${JSON.stringify(kind)} is no name for a kind: a to z, 0 to 9 and _, a letter first, at most 63.`,
    );
  }
  if (reserved.has(kind)) throw new PolicyError(`${kind} is a word of this service's own.`);
  if (YAML_WORDS.has(kind)) throw new PolicyError(`${kind} is no name for a kind: YAML reads it as something else.`);
  if (DEVICE.test(kind))
    throw new PolicyError(`${kind} is no name for a kind: Windows takes ${kind}.yaml for a device.`);
  if (kind.endsWith('_test')) {
    throw new PolicyError(`${kind} is no name for a kind: Cerbos takes ${kind}.yaml for a file of tests.`);
  }
}
