import { closed } from '../closed.ts';
import { DisplayName, UserRole } from '../vocabulary.ts';

export const BusinessCenterBody = closed({ name: DisplayName });
export const MemberBody = closed({ user_role: UserRole });
