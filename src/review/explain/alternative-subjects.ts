import { isDeepStrictEqual } from 'node:util';
import type { FactChange } from '../../decision/reasons/fact-changes.ts';
import type { Projection } from '../../facts/kinds.ts';
import type { AccessPath, TiktokAccountVector } from '../../facts/tiktok-account.ts';
import type { AccessRequestVector } from '../../facts/access-request.ts';
import type { ReasonCode } from '../../domain/errors.ts';
import { AccessRequestStatus } from '../../domain/vocabulary.ts';
import { accountFields, scopesField } from './account-fields.ts';
import { pathField } from './path-field.ts';
import { roleStep } from './path-steps.ts';
import { plainField } from './plain-steps.ts';
import type { Field, Standpoint } from './step.ts';
import type { Apart } from './equivalence-classes.ts';
import { WHO, WHO_ELSE } from './who.ts';

/** How the rules are asked: who may ask in place of who does, and what of the facts may then be otherwise. */
export interface Asking {
  apart: Apart;
  /** The check names a Business Center, so that no other counts. */
  isNamed: boolean;
}

type Vector = Projection['vector'];

const USER = ['user'];
const OWNER = ['tiktok_account'];

/** Who asks, and what holds. */
export interface Situation {
  roles: readonly string[];
  projection: Projection;
}

/** Somebody who might ask. */
interface Asker {
  roles: readonly string[];
  vector: Vector;
  who: string;
  codes: readonly ReasonCode[];
}

/** Whoever asks, and whoever else might: a user, the owner of the account, another account, and roles that rules name. */
export function standpointsOf({ roles, projection }: Situation, asking: Asking): Standpoint[] {
  const own: Standpoint = {
    roles,
    attr: { ...projection.vector },
    steps: [],
    fields: fieldsOf(projection, roles, asking),
  };
  const others = askers(projection, asking.apart.roles).filter(
    (it) => !isDeepStrictEqual(it.roles, roles) || !isDeepStrictEqual(it.vector, projection.vector),
  );
  const isAsUser = roles.includes('user');
  const different = others.filter((it) => !(isAsUser && it.roles.includes('user')));
  return [own, ...different.map((it) => standpointOf(it, { roles, projection }, asking))];
}

function standpointOf({ roles, vector, who, codes }: Asker, from: Situation, asking: Asking): Standpoint {
  const changes: FactChange[] = [
    ...changed('/principal/roles', from.roles, roles),
    ...Object.entries(vector).flatMap(([name, to]) =>
      changed(`/${name}`, from.projection.vector[name as keyof Vector] as unknown, to as unknown),
    ),
  ];
  const projection = { ...from.projection, vector } as Projection;
  const step = { fact: '/principal/roles', extent: new Set([JSON.stringify(changes)]), changes, codes, who };
  return { roles, attr: { ...vector }, steps: [step], fields: fieldsOf(projection, roles, asking) };
}

const changed = (fact: string, from: unknown, to: unknown): FactChange[] =>
  isDeepStrictEqual(from, to) ? [] : [{ fact, from, to }];

const OWN_PATH: AccessPath = { via: 'OWNER', user_role: null, grant: null, granted: [], assigned: [] };

function askers(projection: Projection, named: readonly string[]): Asker[] {
  const further = named.filter((role) => ![...USER, ...OWNER].includes(role));
  const alone = impersonal(projection, false);
  const isOwned = projection.kind !== 'business_center';
  const owner: Asker = {
    roles: OWNER,
    vector: impersonal(projection, true),
    who: WHO.NOT_THE_OWNER,
    codes: ['NOT_THE_OWNER'],
  };
  return [
    ...(isOwned ? [owner] : []),
    { roles: USER, vector: alone, who: WHO_ELSE.user, codes: [] },
    { roles: OWNER, vector: alone, who: WHO_ELSE.account, codes: [] },
    ...further.map((role) => ({ roles: [role], vector: alone, who: `somebody who asks as ${role}`, codes: [] })),
  ];
}

/** The same without what belongs to whoever asks now. */
function impersonal({ kind, vector }: Projection, isOwner: boolean): Vector {
  switch (kind) {
    case 'tiktok_account': {
      const role = vector.advertiser_role === null ? null : 'NONE';
      return { ...vector, paths: isOwner ? [OWN_PATH] : [], advertiser_role: role };
    }
    case 'business_center':
      return { ...vector, user_role: null };
    case 'access_request':
      return { ...vector, owner: isOwner, user_role: null };
  }
}

function fieldsOf(projection: Projection, roles: readonly string[], asking: Asking): Field[] {
  const asUser = roles.includes('user');
  switch (projection.kind) {
    case 'tiktok_account':
      return accountAndPaths(projection.vector, asUser, asking);
    case 'business_center':
      return [...(asUser ? [memberField(projection.vector.user_role)] : []), scopesField(projection.vector.scopes)];
    case 'access_request':
      return requestFields(projection.vector, asUser);
  }
}

function accountAndPaths(vector: TiktokAccountVector, asUser: boolean, { apart, isNamed }: Asking): Field[] {
  return [...(asUser ? [pathField(vector.paths, isNamed, apart)] : []), ...accountFields(vector, asUser)];
}

function memberField(now: AccessRequestVector['user_role']): Field {
  const others = ([null, 'STANDARD', 'ADMIN'] as const).filter((to) => to !== now);
  const options = others.map((to) => ({ value: to, steps: [roleStep(now, to, '/user_role')] }));
  return { name: 'user_role', options, missingFrom: null };
}

function requestFields(vector: AccessRequestVector, asUser: boolean): Field[] {
  const status = plainField('status', {
    now: vector.status,
    values: AccessRequestStatus.options,
    cause: (to) => {
      if (to === 'PENDING') return { who: WHO.REQUEST_NOT_PENDING, codes: ['REQUEST_NOT_PENDING'] };
      return { who: to === 'APPROVED' || to === 'DECLINED' ? WHO_ELSE.answers : WHO_ELSE.endsRequest };
    },
  });
  const requester = plainField('requester_role', {
    now: vector.requester_role,
    values: ['ADMIN', 'STANDARD', null],
    cause: (to) => ({
      who: to === 'ADMIN' ? WHO.NOT_AN_ADMIN : to === null ? WHO_ELSE.dismisses : WHO_ELSE.makesStandard,
      codes: to === 'ADMIN' ? ['NOT_AN_ADMIN'] : [],
    }),
  });
  return [status, ...(asUser ? [memberField(vector.user_role)] : []), requester];
}
