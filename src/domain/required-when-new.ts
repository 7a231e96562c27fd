import { invalid } from './closed.ts';
import type { SparkgateError } from './errors.ts';

/** A field may be left out of what is known already, and stays as it was; of what is new it has to be told. */
export const REQUIRED_WHEN_NEW = 'is required of what is not known here yet';

/** The refusal of a body that leaves out such a field. */
export function requiredWhenNew(field: string): SparkgateError {
  return invalid([{ pointer: `/${field}`, message: REQUIRED_WHEN_NEW }], 'unprocessable');
}
