import type { Caller } from './histories.ts';
import type { Names } from './names.ts';
import type { Question } from './rules.ts';
import { grantOf, roleIn, type World } from './world.ts';

/** The id of a thing that there is not. */
const NOWHERE = 'nowhere-at-all';
const NO_REQUEST = '01890000-0000-7000-8000-000000000000';

/**
 * The same question about things that do not exist, in the place of each that the caller may not know of: the answers
 * have to be alike. Null = the caller may know of all that is named.
 */
export function twinOf(world: World, caller: Caller, names: Names, question: Question): Question | null {
  if (caller.as === 'key') return null;
  const knows =
    caller.as === 'person' ? ofPerson(world, question) : ofKey(world, names.centers.slice(0, caller.centers));
  const { subject, action, resource } = question;
  const { bc_id: bcId, user_id: userId } = action.properties;
  const hides = {
    subject: !knows.subject(subject),
    resource: !knows.resource(resource),
    center: bcId !== undefined && !knows.center(bcId),
    assignee: bcId !== undefined && userId !== undefined && !knows.members(bcId),
  };
  if (!Object.values(hides).includes(true)) return null;
  return {
    subject: hides.subject ? { ...subject, id: NOWHERE } : subject,
    action: {
      ...action,
      properties: {
        ...action.properties,
        ...(hides.center && { bc_id: NOWHERE }),
        ...(hides.assignee && { user_id: NOWHERE }),
      },
    },
    resource: hides.resource
      ? { ...resource, id: resource.type === 'access_request' ? NO_REQUEST : NOWHERE }
      : resource,
  };
}

interface Knows {
  subject: (subject: Question['subject']) => boolean;
  resource: (resource: Question['resource']) => boolean;
  center: (bcId: string) => boolean;
  /** Who belongs to it. */
  members: (bcId: string) => boolean;
}

function ofKey(world: World, bcIds: string[]): Knows {
  const centers = bcIds.flatMap((it) => world.centers.get(it) ?? []);
  return {
    subject: ({ type, id }) =>
      type === 'user'
        ? centers.some(({ members, former }) => members.has(id) || former.has(id))
        : type !== 'tiktok_account' || centers.some(({ grants }) => grants.has(id)),
    resource: ({ type, id }) => {
      if (type === 'tiktok_account') return centers.some(({ grants }) => grants.has(id));
      if (type === 'business_center') return bcIds.includes(id);
      if (type === 'ad_account') return bcIds.includes(world.adAccounts.get(id)?.bcId ?? '');
      return world.requests.some((request) => request.id === id && bcIds.includes(request.bcId));
    },
    center: (bcId) => bcIds.includes(bcId),
    members: (bcId) => bcIds.includes(bcId),
  };
}

function ofPerson(world: World, { subject }: Question): Knows {
  const { type, id: me } = subject;
  const belongs = (bcId: string): boolean => type === 'user' && roleIn(world, bcId, me) !== undefined;
  const sees = (bcId: string, account: string): boolean => {
    const grant = grantOf(world, bcId, account);
    return belongs(bcId) && (roleIn(world, bcId, me) === 'ADMIN' ? grant !== undefined : !!grant?.assignments.has(me));
  };
  return {
    subject: () => true,
    resource: (resource) => {
      if (resource.type === 'business_center') return belongs(resource.id);
      if (resource.type === 'ad_account') {
        const bcId = world.adAccounts.get(resource.id)?.bcId;
        return typeof bcId === 'string' && roleIn(world, bcId, me) === 'ADMIN' && type === 'user';
      }
      if (resource.type === 'access_request') return knowsRequest(world, subject, resource.id);
      if (type === 'tiktok_account') return resource.id === me;
      if (world.accounts.get(resource.id)?.links.has(me)) return true;
      return [...world.centers.keys()].some((bcId) => sees(bcId, resource.id));
    },
    center: (bcId) => belongs(bcId) || (type === 'tiktok_account' && grantOf(world, bcId, me) !== undefined),
    members: (bcId) => type === 'user' && roleIn(world, bcId, me) === 'ADMIN',
  };
}

/** Members of the Business Center and the account that is named. One that names none is found by its link alone. */
function knowsRequest(world: World, subject: Question['subject'], requestId: string): boolean {
  const request = world.requests.find(({ id }) => id === requestId);
  if (!request) return false;
  if (subject.type === 'user') return roleIn(world, request.bcId, subject.id) !== undefined;
  return request.account === null || request.account === subject.id;
}
