import { z } from 'zod';
import { closed } from '../closed.ts';
import { DisplayName, Email } from '../vocabulary.ts';

/** A field that is left out stays as it was; null says that it is unknown. */
export const UserBody = closed({
  display_name: DisplayName.nullish().describe(
    'null: unknown, until the user signs in with a name; left out: stays as it was.',
  ),
  email: Email.nullish().describe('null: unknown; left out: stays as it was.'),
});
export type UserBody = z.infer<typeof UserBody>;
