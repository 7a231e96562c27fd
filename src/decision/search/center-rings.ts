import { UserRole } from '../../domain/vocabulary.ts';
import type { Sides } from './candidates.ts';
import type { Ring, Rings } from './rings.ts';

/** Who has to do with a Business Center: its members. */
export function centerRings({ moving, type, fixed }: Sides): Rings {
  const values = [fixed.id];
  const memberships = ['select bc_id as id from member where user_id = $3 and valid_to is null'];
  const rest: Ring['vectors'] = (nobody) => [nobody];
  if (moving === 'resource') return { nearest: memberships, beyond: [], rest, values };
  return { nearest: [], beyond: type === 'user' ? membersByRole('m.bc_id = $3') : [], rest, values };
}

/** Members of a Business Center, of kinds where a role makes but one vector. */
export function membersByRole(ofCenter: string): Ring[] {
  const members = `select m.user_id as id from member m where ${ofCenter} and m.valid_to is null`;
  return UserRole.options.map((role) => ({
    sources: [`${members} and m.user_role = '${role}'`],
    vectors: (nobody) => {
      switch (nobody.kind) {
        case 'business_center':
          return [{ ...nobody, vector: { ...nobody.vector, user_role: role } }];
        case 'access_request':
          return [{ ...nobody, vector: { ...nobody.vector, user_role: role } }];
        case 'tiktok_account':
          return null;
      }
    },
  }));
}
