import { closed } from '../closed.ts';
import { AdvertiserRole, DisplayName, OutsideId } from '../vocabulary.ts';

export const AdAccountBody = closed({
  name: DisplayName.optional().describe('Left out: stays as it was. Required of an ad account that is not known yet.'),
  bc_id: OutsideId.nullish().describe(
    'The Business Center that it belongs to; null: none; left out: stays as it was. When it leaves one, every role in it ends.',
  ),
});
export const AdAccountMemberBody = closed({ advertiser_role: AdvertiserRole });
