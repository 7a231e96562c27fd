import { closed } from '../closed.ts';
import { Scopes } from '../vocabulary.ts';

/** The scopes of an assignment, or of an account link. */
export const ScopesBody = closed({ scopes: Scopes });
