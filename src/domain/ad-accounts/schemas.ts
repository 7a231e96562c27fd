import { z } from 'zod';
import { AdvertiserRole, DisplayName, OutsideId } from '../vocabulary.ts';

export const AdAccountBody = z.object({ name: DisplayName, bc_id: OutsideId.nullish() });
export const AdAccountMemberBody = z.object({ advertiser_role: AdvertiserRole });
