import { AccessRequestStatus } from '../../domain/vocabulary.ts';
import { asUuid, existsAny, knownUser } from '../../facts/known.ts';
import { NAMED_REQUESTS, type Sides } from './candidates.ts';
import { membersByRole } from './center-tiers.ts';
import type { Tier, Tiers } from './tier.ts';
import { varied } from './varied.ts';

const PENDING = ['PENDING'] as const;
const ANSWERED = AccessRequestStatus.exclude(PENDING).options;

/** What has to do with access requests: the Business Center that asks, and the account that may answer. */
export function requestTiers(sides: Sides): Tiers {
  const { moving, type, fixed } = sides;
  const values = [fixed.id];
  if (moving === 'resource') return { ...requestsOf(fixed.type), rest: requests({}), values };
  const asked = `(select r.bc_id from access_request r where r.id = ${asUuid('$3')})`;
  // Whoever made the request and was removed since may be unknown by now.
  const requester = `select r.requested_by as id from access_request r
    where r.id = ${asUuid('$3')} and (${existsAny(knownUser('r.requested_by'))})`;
  const meant = `select t.id from tiktok_account t
    where t.id = (select r.tiktok_account_id from access_request r where r.id = ${asUuid('$3')})`;
  return {
    nearest: type === 'tiktok_account' ? [meant] : type === 'user' ? [requester] : [],
    outer: type === 'user' ? membersByRole(`m.bc_id = ${asked}`) : [],
    rest: (unrelated, told) => varied(unrelated, 'subject', told),
    values,
  };
}

/** The requests of a user's Business Centers; those that a TikTok account may answer, the pending ones apart. */
function requestsOf(subject: string): Pick<Tiers, 'nearest' | 'outer'> {
  if (subject === 'user') {
    const ofCenters = 'r.bc_id in (select m.bc_id from member m where m.user_id = $3 and m.valid_to is null)';
    return { nearest: [`${NAMED_REQUESTS} ${ofCenters}`, `${NAMED_REQUESTS} r.requested_by = $3`], outer: [] };
  }
  if (subject !== 'tiktok_account') return { nearest: [], outer: [] };
  const own = `${NAMED_REQUESTS} r.tiktok_account_id = $3`;
  const answered: Tier = { sources: [own], vectors: requests({ owner: [true], status: ANSWERED }) };
  return { nearest: [`${own} and r.status = 'PENDING'`], outer: [answered] };
}

/** Requests that a subject finds like this; in any state that there is, unless it is said. */
function requests(given: Readonly<Record<string, readonly unknown[]>>): Tier['vectors'] {
  return (unrelated, told) => varied(unrelated, 'resource', told, { status: AccessRequestStatus.options, ...given });
}
