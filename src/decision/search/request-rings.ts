import { AccessRequestStatus, UserRole } from '../../domain/vocabulary.ts';
import { asUuid } from '../known.ts';
import type { Projection } from '../project.ts';
import { NAMED_REQUESTS, type Sides } from './candidates.ts';
import { membersByRole } from './center-rings.ts';
import type { Ring, Rings } from './rings.ts';

const PENDING = ['PENDING'] as const;
const ANSWERED = AccessRequestStatus.exclude(PENDING).options;

/** What has to do with access requests: the Business Center that asks, and the account that may answer. */
export function requestRings(sides: Sides): Rings {
  const { moving, type, fixed } = sides;
  const values = [fixed.id];
  if (moving === 'resource') return { ...requestsOf(fixed.type), rest: (nobody) => requests(nobody, {}), values };
  const asked = `(select r.bc_id from access_request r where r.id = ${asUuid('$3')})`;
  const meant = `select t.id from tiktok_account t
    where t.id = (select r.tiktok_account_id from access_request r where r.id = ${asUuid('$3')})`;
  return {
    nearest: type === 'tiktok_account' ? [meant] : [],
    beyond: type === 'user' ? membersByRole(`m.bc_id = ${asked}`) : [],
    rest: (nobody) => [nobody],
    values,
  };
}

/** The requests of a user's Business Centers; those that a TikTok account may answer, the pending ones apart. */
function requestsOf(subject: string): Pick<Rings, 'nearest' | 'beyond'> {
  if (subject === 'user') {
    const ofCenters = 'r.bc_id in (select m.bc_id from member m where m.user_id = $3 and m.valid_to is null)';
    return { nearest: [`${NAMED_REQUESTS} ${ofCenters}`], beyond: [] };
  }
  if (subject !== 'tiktok_account') return { nearest: [], beyond: [] };
  const own = `${NAMED_REQUESTS} r.tiktok_account_id = $3`;
  const answered: Ring = { sources: [own], vectors: (nobody) => requests(nobody, { owner: true, statuses: ANSWERED }) };
  return { nearest: [`${own} and r.status = 'PENDING'`], beyond: [answered] };
}

function requests(
  nobody: Projection,
  {
    owner = false,
    statuses = AccessRequestStatus.options,
  }: { owner?: boolean; statuses?: readonly AccessRequestStatus[] },
): Projection[] | null {
  if (nobody.kind !== 'access_request') return null;
  return statuses.flatMap((status) =>
    [null, ...UserRole.options].map((requester) => ({
      ...nobody,
      vector: { ...nobody.vector, owner, status, requester_role: requester },
    })),
  );
}
