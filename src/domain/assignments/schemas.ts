import { z } from 'zod';
import { Scopes } from '../vocabulary.ts';

/** The scopes of an assignment, or of an account link. */
export const ScopesBody = z.object({ scopes: Scopes });
