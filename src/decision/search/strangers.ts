import { UserRole } from '../../domain/vocabulary.ts';
import type { Projection } from '../project.ts';
import type { AccessPath, AccessRequestVector, TiktokAccountVector } from '../vectors.ts';
import type { Sides } from './candidates.ts';

/**
 * The vectors of whatever no fact connects with the fixed side. There are few of them; where none is allowed, nothing
 * beyond what is reached needs a look. `projection` is that of an id which cannot exist.
 */
export function strangers({ moving, type }: Sides, projection: Projection): Projection[] {
  switch (projection.kind) {
    case 'tiktok_account':
      return (moving === 'resource' ? otherAccounts(projection.vector) : otherSubjects(projection.vector, type)).map(
        (vector) => ({ ...projection, vector }),
      );
    case 'business_center':
      return [projection];
    case 'access_request':
      return (moving === 'resource' ? otherRequests(projection.vector) : [projection.vector]).map((vector) => ({
        ...projection,
        vector,
      }));
  }
}

/** Accounts differ in their own switch alone. */
function otherAccounts(vector: TiktokAccountVector): TiktokAccountVector[] {
  return [null, true, false].map((ad) => ({ ...vector, account_ad_authorization: ad }));
}

/** Users may be members of Business Centers that have nothing to do with the account. */
function otherSubjects(vector: TiktokAccountVector, type: string): TiktokAccountVector[] {
  if (type !== 'user' || vector.paths.length > 0) return [vector];
  const elsewhere = UserRole.options.map((role): AccessPath => ({
    via: 'BUSINESS_CENTER',
    user_role: role,
    grant: 'NONE',
    granted: [],
    assigned: [],
  }));
  const subsets = [[], ...elsewhere.map((path) => [path]), elsewhere];
  return subsets.map((paths) => ({ ...vector, paths }));
}

function otherRequests(vector: AccessRequestVector): AccessRequestVector[] {
  const statuses = ['PENDING', 'APPROVED', 'DECLINED', 'CANCELLED', 'EXPIRED', 'VOID'] as const;
  return statuses.flatMap((status) =>
    [null, ...UserRole.options].map((role) => ({ ...vector, status, requester_role: role })),
  );
}
