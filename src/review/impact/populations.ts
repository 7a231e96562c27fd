import { SERVICE_KIND } from '../../decision/bundle.ts';
import type { Json } from '@sparkgate/cerbos-policies/json';
import type { Point } from '@sparkgate/policy-workbench/space/point';
import { ACCOUNT_POPULATIONS } from './account-populations.ts';
import { listed, uncounted, uncountedGroup, type Population } from './population.ts';

const CENTERS = ['Business Center', 'Business Centers'] as const;
const REQUESTS = ['access request', 'access requests'] as const;

const CENTER_MEMBERS = listed(
  { kind: 'business_center', subject: ['member', 'members'], resource: CENTERS },
  `select jsonb_build_array(user_role)::text as key, user_id as subject, bc_id as resource, bc_id from member where valid_to is null`,
  ([userRole]) => ({ role: 'user', attr: { user_role: userRole ?? null, scopes: null } }),
);
const CENTER_STRANGERS = uncounted(
  { kind: 'business_center', subject: ['anybody from outside', 'anybody from outside'], resource: CENTERS },
  () => ['user', 'tiktok_account'].map((role) => uncountedGroup({ role, attr: { user_role: null, scopes: null } })),
);

const STATUS = `case when r.status = 'PENDING' and r.expires_at <= clock_timestamp() then 'EXPIRED' else r.status end`;
const REQUESTER = `left join member q on q.user_id = r.requested_by and q.bc_id = r.bc_id and q.valid_to is null`;

const requestPoint =
  (role: string, owner: boolean) =>
  ([status, requesterRole, userRole]: readonly Json[]): Point => ({
    role,
    attr: { status: status ?? null, owner, user_role: userRole ?? null, requester_role: requesterRole ?? null },
  });

const REQUEST_MEMBERS = listed(
  { kind: 'access_request', subject: ['member', 'members'], resource: REQUESTS },
  `select jsonb_build_array(${STATUS}, q.user_role, m.user_role)::text as key, m.user_id as subject,
          r.id::text as resource, r.bc_id
     from access_request r join member m on m.bc_id = r.bc_id and m.valid_to is null ${REQUESTER}`,
  requestPoint('user', false),
);
const REQUEST_OWNERS = listed(
  { kind: 'access_request', subject: ['owner', 'owners'], resource: REQUESTS },
  `select jsonb_build_array(${STATUS}, q.user_role)::text as key, coalesce(r.tiktok_account_id, 'any account') as subject,
          r.id::text as resource, r.bc_id
     from access_request r ${REQUESTER}`,
  requestPoint('tiktok_account', true),
);
const REQUEST_STRANGERS = uncounted(
  { kind: 'access_request', subject: ['anybody from outside', 'anybody from outside'], resource: REQUESTS },
  () =>
    ['user', 'tiktok_account'].flatMap((role) =>
      ['PENDING', 'APPROVED', 'DECLINED', 'CANCELLED', 'EXPIRED', 'VOID'].flatMap((status) =>
        ['ADMIN', 'STANDARD', null].map((it) => uncountedGroup(requestPoint(role, false)([status, it]))),
      ),
    ),
);

const CALLS = ['this service', 'this service'] as const;
const servicePoint = (
  role: string,
  permissions: readonly Json[],
  confinement: string,
  about: string | null,
): Point => ({
  role,
  attr: { permissions, confinement, about },
});
const KEYS = ['NONE', 'WITHIN', 'OUTSIDE'].map((confinement) =>
  listed(
    { kind: SERVICE_KIND, subject: ['API key', 'API keys'], resource: CALLS },
    `select jsonb_build_array(to_jsonb(array(select unnest(permissions) order by 1)))::text as key, name as subject,
            '${confinement === 'OUTSIDE' ? 'outside its Business Centers' : 'this service'}' as resource, null as bc_id
       from api_key where revoked_at is null and (bc_ids is ${confinement === 'NONE' ? '' : 'not '}null)`,
    ([permissions]) => servicePoint('api_key', permissions as Json[], confinement, null),
  ),
);
const CALLERS = uncounted(
  { kind: SERVICE_KIND, subject: ['anybody who signs in', 'anybody who signs in'], resource: CALLS },
  () =>
    ['user', 'tiktok_account'].flatMap((role) =>
      ['SELF', 'OTHERS'].map((about) => uncountedGroup(servicePoint(role, [], 'NONE', about))),
    ),
);

/** Everybody whom policies of our own kinds decide about. */
export const POPULATIONS: readonly Population[] = [
  ...ACCOUNT_POPULATIONS,
  CENTER_MEMBERS,
  CENTER_STRANGERS,
  REQUEST_MEMBERS,
  REQUEST_OWNERS,
  REQUEST_STRANGERS,
  ...KEYS,
  CALLERS,
];
