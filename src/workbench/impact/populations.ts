import { AdvertiserRole, Scope } from '../../domain/vocabulary.ts';
import { SERVICE_KIND } from '../../decision/bundle.ts';
import type { AccessPath } from '../../decision/vectors.ts';
import type { Json } from '../finite-domain.ts';
import type { Point } from '../vector-space.ts';
import { MANIFOLD_GROUPS, PAIR_NAMES, PAIR_TALLIES, SINGLE_GROUPS, type PairGroup } from './account-pairs.ts';
import { pathOf, PATHS, pathsOf } from './path-codes.ts';
import { listed, uncounted, type Changed, type Group, type Named, type Population, type Tally } from './population.ts';

const ACCOUNTS = ['account', 'accounts'] as const;
const USERS = ['user', 'users'] as const;
const CENTERS = ['Business Center', 'Business Centers'] as const;
const REQUESTS = ['access request', 'access requests'] as const;

/** Users and the TikTok accounts that some fact connects them with. */
const ACCOUNT_USERS: Population = {
  kind: 'tiktok_account',
  vectors: true,
  subject: USERS,
  resource: ACCOUNTS,
  async *groups(live) {
    for (const text of [SINGLE_GROUPS, MANIFOLD_GROUPS]) {
      for await (const row of live.rows<PairGroup>(text)) yield accountGroup(row);
    }
  },
  tallies: (live, changed) => {
    const alone = [changed.alone.map(({ sig }) => sig), changed.alone.map(({ code }) => code)];
    return live.rows<Tally>(PAIR_TALLIES, [...changedValues(changed), ...alone]);
  },
  names: (live, changed, subjects) => live.rows<Named>(PAIR_NAMES, [...changedValues(changed), subjects]),
};

type Key = Pick<PairGroup, 'code' | 'paths' | 'ad_authorization' | 'held'>;

const keyOf = (text: string): Key => JSON.parse(text) as Key;

function accountGroup({ pairs, ...key }: PairGroup): Group {
  const { code, paths, ad_authorization: adAuthorization, held } = key;
  const codes =
    code === null ? Array.from({ length: PATHS }, (_, at) => at).filter((at) => paths?.[at] === '1') : [code];
  const point = (of: AccessPath[]): Point => accountPoint('user', of, adAuthorization);
  return {
    key: JSON.stringify({ code, paths, ad_authorization: adAuthorization, held }),
    pairs: Number(pairs),
    point: point(code === null ? pathsOf(paths ?? '') : [pathOf(code)]),
    held: AdvertiserRole.options.filter((_, bit) => (held >> bit) & 1),
    alone: new Map(codes.map((it) => [it, point([pathOf(it)])])),
  };
}

function changedValues({ sigs }: Changed): unknown[] {
  const keys = [...sigs.keys()].map(keyOf);
  return [
    keys.map(({ code }) => code ?? -1),
    keys.map(({ paths }) => paths),
    keys.map(({ ad_authorization: it }) => (it === null ? '' : String(it))),
    keys.map(({ held }) => held),
    [...sigs.values()],
  ];
}

function accountPoint(role: string, paths: readonly AccessPath[], adAuthorization: boolean | null): Point {
  const attr = { ...NOTHING_NAMED, paths: [...paths], account_ad_authorization: adAuthorization };
  return { role, attr };
}

const NOTHING_NAMED = { advertiser_role: null, post: null, live: false, assignee: null, scopes: null };
const OWNED: AccessPath = { via: 'OWNER', user_role: null, grant: null, granted: [], assigned: [] };
const SWITCHES = [null, true, false];

const ACCOUNT_OWNERS = listed(
  { kind: 'tiktok_account', subject: ['owner', 'owners'], resource: ACCOUNTS },
  `select jsonb_build_array(ad_authorization)::text as key, id as subject, id as resource, null as bc_id from tiktok_account`,
  ([adAuthorization]) => accountPoint('tiktok_account', [OWNED], adAuthorization as boolean | null),
);

const elsewhere = (role: 'ADMIN' | 'STANDARD'): AccessPath => ({
  via: 'BUSINESS_CENTER',
  user_role: role,
  grant: 'NONE',
  granted: [],
  assigned: [],
});
const STRANGERS = [[], [elsewhere('STANDARD')], [elsewhere('ADMIN')], [elsewhere('ADMIN'), elsewhere('STANDARD')]];

const ACCOUNT_STRANGERS = uncounted(
  {
    kind: 'tiktok_account',
    subject: ['anybody without a connection', 'anybody without a connection'],
    resource: ACCOUNTS,
  },
  ['user', 'tiktok_account'].flatMap((role) =>
    STRANGERS.flatMap((paths) =>
      role === 'user' || paths.length === 0 ? SWITCHES.map((it) => accountPoint(role, paths, it)) : [],
    ),
  ),
  AdvertiserRole.options,
);

const CENTER_MEMBERS = listed(
  { kind: 'business_center', subject: ['member', 'members'], resource: CENTERS },
  `select jsonb_build_array(user_role)::text as key, user_id as subject, bc_id as resource, bc_id from member where valid_to is null`,
  ([userRole]) => ({ role: 'user', attr: { user_role: userRole ?? null, scopes: null } }),
);
const CENTER_STRANGERS = uncounted(
  { kind: 'business_center', subject: ['anybody from outside', 'anybody from outside'], resource: CENTERS },
  ['user', 'tiktok_account'].map((role) => ({ role, attr: { user_role: null, scopes: null } })),
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
  ['user', 'tiktok_account'].flatMap((role) =>
    ['PENDING', 'APPROVED', 'DECLINED', 'CANCELLED', 'EXPIRED', 'VOID'].flatMap((status) =>
      ['ADMIN', 'STANDARD', null].map((requester) => requestPoint(role, false)([status, requester])),
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
  ['user', 'tiktok_account'].flatMap((role) =>
    ['SELF', 'OTHERS'].map((about) => servicePoint(role, [], 'NONE', about)),
  ),
);

/** Everybody whom policies of our own kinds decide about. */
export const POPULATIONS: readonly Population[] = [
  ACCOUNT_USERS,
  ACCOUNT_OWNERS,
  ACCOUNT_STRANGERS,
  CENTER_MEMBERS,
  CENTER_STRANGERS,
  REQUEST_MEMBERS,
  REQUEST_OWNERS,
  REQUEST_STRANGERS,
  ...KEYS,
  CALLERS,
];

/** What a caller may name, in values as good as can be. */
export interface Naming {
  words: string;
  /** The fields that it sets. */
  attr: Readonly<Record<string, Json>>;
}

const OPEN_POST = { of_this_account: true, visibility: 'PUBLIC', ad_authorization: true };
const SCOPE_SETS = [...Scope.options.map((it) => [it]), [...Scope.options].toSorted()];

/** By kind; the first names nothing. */
export const NAMINGS: Readonly<Record<string, readonly Naming[]>> = {
  tiktok_account: [
    { words: 'at all', attr: {} },
    { words: 'with a public post that has ad authorization on', attr: { post: OPEN_POST } },
    { words: 'with a live', attr: { live: true } },
    ...SCOPE_SETS.map((scopes) => ({
      words: `for a member, ${scopes.join(' and ')}`,
      attr: { assignee: { member: true }, scopes },
    })),
  ],
  business_center: [
    { words: 'at all', attr: {} },
    ...SCOPE_SETS.map((scopes) => ({ words: `for ${scopes.join(' and ')}`, attr: { scopes } })),
  ],
};
