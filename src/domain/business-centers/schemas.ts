import { closed } from '../closed.ts';
import { DisplayName, UserRole } from '../vocabulary.ts';

export const BusinessCenterBody = closed({
  name: DisplayName.optional().describe(
    'Left out: stays as it was. Required of a Business Center that is not known yet.',
  ),
});
export const MemberBody = closed({ user_role: UserRole });
