import { UserRole } from '../../domain/vocabulary.ts';
import type { Sides } from './candidates.ts';
import type { Tier, Tiers } from './tier.ts';
import { varied } from './varied.ts';

/** Who has to do with a Business Center: its members. */
export function centerTiers({ moving, type, fixed }: Sides): Tiers {
  const values = [fixed.id];
  const memberships = ['select bc_id as id from member where user_id = $3 and valid_to is null'];
  const rest: Tier['vectors'] = (unrelated, told) => varied(unrelated, moving, told);
  if (moving === 'resource') return { nearest: memberships, outer: [], rest, values };
  return { nearest: [], outer: type === 'user' ? membersByRole('m.bc_id = $3') : [], rest, values };
}

/** Who has to do with an ad account: members of the Business Center that it belongs to. */
export function adAccountTiers({ moving, type, fixed }: Sides): Tiers {
  const values = [fixed.id];
  const rest: Tier['vectors'] = (unrelated, told) => varied(unrelated, moving, told);
  const own = `select a.advertiser_id as id from ad_account a
    where a.bc_id in (select m.bc_id from member m where m.user_id = $3 and m.valid_to is null)`;
  if (moving === 'resource') return { nearest: [own], outer: [], rest, values };
  const center = '(select a.bc_id from ad_account a where a.advertiser_id = $3)';
  return { nearest: [], outer: type === 'user' ? membersByRole(`m.bc_id = ${center}`) : [], rest, values };
}

/** Members of a Business Center, of kinds where a role makes but one vector. */
export function membersByRole(ofCenter: string): Tier[] {
  const members = `select m.user_id as id from member m where ${ofCenter} and m.valid_to is null`;
  return UserRole.options.map((role) => ({
    sources: [`${members} and m.user_role = '${role}'`],
    vectors: (unrelated, told) => varied(unrelated, 'subject', told, { user_role: [role] }),
  }));
}
