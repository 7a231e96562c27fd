import type { Reason } from '../../domain/errors.ts';
import type { StoredInput } from '../decision-input.ts';
import type { Policies } from '../policies.ts';
import { factChanges, type FactChange } from './fact-changes.ts';
import { nearest, whyNot } from './why-not.ts';

/** What a denied input lacks, and the fewest facts that would have to be otherwise, none farther than it takes. */
export interface Remedy {
  reasons: readonly Reason[];
  changes: readonly FactChange[];
}

/** The one remedy that the API's reasons, the reviewer's page and `policy explain` tell. */
export async function remedyOf(input: StoredInput, policies: Policies): Promise<Remedy> {
  const ask = async (it: StoredInput): Promise<boolean> => policies.allows(it);
  const { reasons, moves } = await whyNot(input, policies.vocabulary, ask);
  return { reasons, changes: moves ? factChanges(input, await nearest(input, moves, ask)) : [] };
}
