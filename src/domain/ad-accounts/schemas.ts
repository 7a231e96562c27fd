import { closed } from '../closed.ts';
import { AdvertiserRole, DisplayName, OutsideId } from '../vocabulary.ts';

export const AdAccountBody = closed({ name: DisplayName, bc_id: OutsideId.nullish() });
export const AdAccountMemberBody = closed({ advertiser_role: AdvertiserRole });
