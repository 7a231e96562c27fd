import { z } from 'zod';
import { DisplayName, UserRole } from '../vocabulary.ts';

export const BusinessCenterBody = z.object({ name: DisplayName });
export const MemberBody = z.object({ user_role: UserRole });
