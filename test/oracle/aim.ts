import { administered } from './aim-writes.ts';
import type { Question } from './rules.ts';
import type { World } from './world.ts';

/** Which of all that is held a question is about, and which of its other facts fit that. */
export interface Aim {
  at: number;
  center: boolean;
  adAccount: boolean;
}

interface Held {
  user: string;
  account: string;
  bcId: string | null;
}

/** All assignments and links, of which a question about chance people and accounts would seldom hit one. */
function heldIn(world: World): Held[] {
  const assigned = [...world.centers].flatMap(([bcId, { grants }]) =>
    [...grants].flatMap(([account, { assignments }]) =>
      [...assignments.keys()].map((user) => ({ user, account, bcId })),
    ),
  );
  const linked = [...world.accounts].flatMap(([account, { links }]) =>
    [...links.keys()].map((user) => ({ user, account, bcId: null })),
  );
  return [...assigned, ...linked];
}

/** The question, asked about somebody of whom it is worth asking: what they miss is then one fact or another. */
export function aimed(world: World, question: Question, aim: Aim): Question {
  if (question.resource.type === 'business_center') return byAdministrator(world, question, aim);
  if (question.resource.type === 'ad_account') return byItsAdministrator(world, question, aim);
  if (question.resource.type === 'access_request') return byOwner(world, question, aim);
  return MANAGED.has(question.action.name) ? byManager(world, question, aim) : byHolder(world, question, aim);
}

function byAdministrator(world: World, question: Question, { at }: Aim): Question {
  const administrators = [...world.centers].flatMap(([bcId, { members }]) =>
    [...members].filter(([, role]) => role === 'ADMIN').map(([user]) => ({ bcId, user })),
  );
  const one = administrators[at % administrators.length];
  if (!one) return question;
  return { ...question, subject: { type: 'user', id: one.user }, resource: { ...question.resource, id: one.bcId } };
}

function byItsAdministrator(world: World, question: Question, { at }: Aim): Question {
  const known = [...world.adAccounts].flatMap(([id, { bcId }]) =>
    [...(world.centers.get(bcId ?? '')?.members ?? [])]
      .filter(([, role]) => role === 'ADMIN')
      .map(([user]) => ({ id, user })),
  );
  const one = known[at % known.length];
  if (!one) return question;
  return { ...question, subject: { type: 'user', id: one.user }, resource: { ...question.resource, id: one.id } };
}

function byOwner(world: World, question: Question, { at }: Aim): Question {
  const accounts = [...world.accounts.keys()];
  const pending = world.requests.findIndex(({ status }) => status === 'PENDING');
  const id = world.requests[pending]?.account ?? accounts[at % accounts.length] ?? '';
  const resource = pending < 0 ? question.resource : { ...question.resource, id: `#${pending}` };
  return { ...question, subject: { type: 'tiktok_account', id }, resource };
}

const MANAGED = new Set(['assign_member', 'unassign_member', 'revoke_grant']);

function byManager(world: World, question: Question, { at, center }: Aim): Question {
  const all = administered(world);
  const held = all[at % all.length];
  if (!held) return question;
  const { action, resource } = question;
  const { bc_id: bcId, user_id: userId, ...rest } = action.properties;
  const properties = {
    ...rest,
    ...(bcId !== undefined && { bc_id: center ? held.bcId : bcId }),
    ...(userId !== undefined && { user_id: center ? held.user : userId }),
  };
  return {
    subject: { type: 'user', id: held.by },
    action: { ...action, properties },
    resource: { ...resource, id: held.account },
  };
}

function byHolder(world: World, question: Question, { at, center, adAccount }: Aim): Question {
  const all = heldIn(world);
  const held = all[at % all.length];
  if (!held) return question;
  const { action, resource } = question;
  const { post, bc_id: bcId, advertiser_id: advertiserId, ...rest } = action.properties;
  const own = post?.tiktok_account_id === resource.id ? { ...post, tiktok_account_id: held.account } : post;
  const able = [...world.adAccounts].find(([, { roles }]) =>
    ['ADMIN', 'OPERATOR'].includes(roles.get(held.user) ?? ''),
  );
  const properties = {
    ...rest,
    ...(own && { post: own }),
    ...(bcId !== undefined && { bc_id: center ? (held.bcId ?? bcId) : bcId }),
    ...(advertiserId !== undefined && { advertiser_id: adAccount ? (able?.[0] ?? advertiserId) : advertiserId }),
  };
  return {
    subject: { type: 'user', id: held.user },
    action: { ...action, properties },
    resource: { ...resource, id: held.account },
  };
}
