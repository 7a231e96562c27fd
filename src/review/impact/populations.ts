import { SERVICE_KIND } from '../../decision/bundle.ts';
import type { Json } from '@sparkgate/cerbos-policies/json';
import type { Point } from '@sparkgate/policy-workbench/space/point';
import { frozenNow } from '../../facts/freeze.ts';
import { ACCOUNT_POPULATIONS } from './account-populations.ts';
import { listed, uncounted, uncountedGroup, type Population } from './population.ts';

const CENTERS = ['Business Center', 'Business Centers'] as const;
const REQUESTS = ['access request', 'access requests'] as const;

const centerPoint = (role: string, userRole: Json = null, frozenBy: Json = null): Point => ({
  role,
  attr: { user_role: userRole, scopes: null, frozen_by: frozenBy },
});
/** Who can have frozen a Business Center, or an ad account. */
const FROZEN_BY = [null, 'SERVICE', 'BUSINESS_CENTER'] as const;

const CENTER_MEMBERS = listed(
  { kind: 'business_center', subject: ['member', 'members'], resource: CENTERS },
  `select jsonb_build_array(m.user_role, z.authority)::text as key, m.user_id as subject, m.bc_id as resource, m.bc_id
     from member m left join ${frozenNow('business_center')} z on z.id = m.bc_id where m.valid_to is null`,
  ([userRole, frozenBy]) => centerPoint('user', userRole, frozenBy),
);
const CENTER_STRANGERS = uncounted(
  { kind: 'business_center', subject: ['anybody from outside', 'anybody from outside'], resource: CENTERS },
  () =>
    ['user', 'tiktok_account'].flatMap((role) => FROZEN_BY.map((it) => uncountedGroup(centerPoint(role, null, it)))),
);

const AD_ACCOUNTS = ['ad account', 'ad accounts'] as const;
const adAccountPoint = (role: string, userRole: Json = null, frozenBy: Json = null): Point => ({
  role,
  attr: { user_role: userRole, frozen_by: frozenBy },
});
const AD_ACCOUNT_MEMBERS = listed(
  { kind: 'ad_account', subject: ['member', 'members'], resource: AD_ACCOUNTS },
  `select jsonb_build_array(m.user_role, z.authority)::text as key, m.user_id as subject, a.advertiser_id as resource,
          a.bc_id
     from ad_account a join member m on m.bc_id = a.bc_id and m.valid_to is null
     left join ${frozenNow('ad_account')} z on z.id = a.advertiser_id`,
  ([userRole, frozenBy]) => adAccountPoint('user', userRole, frozenBy),
);
const AD_ACCOUNT_STRANGERS = uncounted(
  { kind: 'ad_account', subject: ['anybody from outside', 'anybody from outside'], resource: AD_ACCOUNTS },
  () =>
    ['user', 'tiktok_account'].flatMap((role) => FROZEN_BY.map((it) => uncountedGroup(adAccountPoint(role, null, it)))),
);

const STATUS = `case when r.status = 'PENDING' and r.expires_at <= clock_timestamp() then 'EXPIRED' else r.status end`;
const REQUESTER = `left join member q on q.user_id = r.requested_by and q.bc_id = r.bc_id and q.valid_to is null`;

const requestPoint =
  (role: string, owner: boolean) =>
  ([status, requesterRole, userRole, centerFrozen, accountFrozen]: readonly Json[]): Point => ({
    role,
    attr: {
      status: status ?? null,
      owner,
      user_role: userRole ?? null,
      requester_role: requesterRole ?? null,
      center_frozen: centerFrozen ?? false,
      account_frozen: accountFrozen ?? false,
    },
  });
const CENTER_FROZEN = `left join ${frozenNow('business_center')} z on z.id = r.bc_id`;

const REQUEST_MEMBERS = listed(
  { kind: 'access_request', subject: ['member', 'members'], resource: REQUESTS },
  `select jsonb_build_array(${STATUS}, q.user_role, m.user_role, z.id is not null)::text as key, m.user_id as subject,
          r.id::text as resource, r.bc_id
     from access_request r join member m on m.bc_id = r.bc_id and m.valid_to is null ${REQUESTER} ${CENTER_FROZEN}`,
  requestPoint('user', false),
);
const REQUEST_OWNERS = listed(
  { kind: 'access_request', subject: ['owner', 'owners'], resource: REQUESTS },
  `select jsonb_build_array(${STATUS}, q.user_role, null, z.id is not null, y.id is not null)::text as key, coalesce(r.tiktok_account_id, 'any account') as subject,
          r.id::text as resource, r.bc_id
     from access_request r ${REQUESTER} ${CENTER_FROZEN}
     left join ${frozenNow('tiktok_account')} y on y.id = r.tiktok_account_id`,
  requestPoint('tiktok_account', true),
);
const REQUEST_STRANGERS = uncounted(
  { kind: 'access_request', subject: ['anybody from outside', 'anybody from outside'], resource: REQUESTS },
  () =>
    ['user', 'tiktok_account'].flatMap((role) =>
      ['PENDING', 'APPROVED', 'DECLINED', 'CANCELLED', 'EXPIRED', 'VOID'].flatMap((status) =>
        ['ADMIN', 'STANDARD', null].flatMap((it) =>
          [false, true].map((frozen) => uncountedGroup(requestPoint(role, false)([status, it, null, frozen]))),
        ),
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
  AD_ACCOUNT_MEMBERS,
  AD_ACCOUNT_STRANGERS,
  REQUEST_MEMBERS,
  REQUEST_OWNERS,
  REQUEST_STRANGERS,
  ...KEYS,
  CALLERS,
];
