import { AdvertiserRole } from '../../domain/vocabulary.ts';
import { factsWith } from '../../facts/kind.ts';
import { KIND_FACTS } from '../../facts/kinds.ts';
import { accessPath, type AccessPath } from '../../facts/tiktok-account.ts';
import type { Point } from '@sparkgate/policy-workbench/space/point';
import {
  MANIFOLD_GROUPS,
  OUTSIDER_GROUPS,
  PAIR_NAMES,
  PAIR_TALLIES,
  SINGLE_GROUPS,
  type OutsiderGroup,
  type PairGroup,
} from './account-pairs.ts';
import { frozenNow } from '../../facts/freeze.ts';
import {
  accountOf,
  ACCOUNTS as ACCOUNT_CODES,
  accountSql,
  isThroughCenter,
  pathOf,
  PATHS,
  pathsOf,
} from './path-codes.ts';
import {
  asItIs,
  listed,
  uncounted,
  uncountedGroup,
  type Changed,
  type Group,
  type Named,
  type Population,
  type Tally,
} from './population.ts';

const ACCOUNTS = ['account', 'accounts'] as const;
const USERS = ['user', 'users'] as const;

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
    const alone = (['sig', 'part', 'code'] as const).map((name) => changed.alone.map((it) => it[name]));
    return live.rows<Tally>(PAIR_TALLIES, [...changedValues(changed), ...alone]);
  },
  names: (live, changed, subjects) => live.rows<Named>(PAIR_NAMES, [...changedValues(changed), subjects]),
};

type Key = Pick<PairGroup, 'code' | 'paths' | 'account' | 'held'>;

const keyOf = (text: string): Key => JSON.parse(text) as Key;

function accountGroup({ pairs, ...key }: PairGroup): Group {
  const { code, paths, account, held } = key;
  const codes =
    code === null ? Array.from({ length: PATHS }, (_, at) => at).filter((at) => paths?.[at] === '1') : [code];
  const centers = codes.filter(isThroughCenter);
  const point = (of: AccessPath[]): Point => accountPoint('user', of, account);
  return {
    key: JSON.stringify({ code, paths, account, held }),
    pairs: Number(pairs),
    point: point(code === null ? pathsOf(paths ?? '') : [pathOf(code)]),
    held: AdvertiserRole.options.filter((_, bit) => (held >> bit) & 1),
    named: centers.map((path) => ({ path, point: point([pathOf(path)]) })),
  };
}

function changedValues({ sigs }: Changed): unknown[] {
  const keys = [...sigs.keys()].map(keyOf);
  return [
    keys.map(({ code }) => code ?? -1),
    keys.map(({ paths }) => paths),
    keys.map(({ account }) => account),
    keys.map(({ held }) => held),
    [...sigs.values()],
  ];
}

/** @param account the number of what is known of the account by itself */
function accountPoint(role: string, paths: readonly AccessPath[], account: number): Point {
  const given = { paths: [...paths], ...accountOf(account) };
  const attr = factsWith(KIND_FACTS.tiktok_account, given);
  return { role, attr };
}

const OWNED = accessPath({ via: 'OWNER', grant: null });

const ACCOUNT_OWNERS = listed(
  { kind: 'tiktok_account', subject: ['owner', 'owners'], resource: ACCOUNTS },
  `select jsonb_build_array(${accountSql('t.ad_authorization', 'z.authority')})::text as key, t.id as subject,
          t.id as resource, null as bc_id
     from tiktok_account t left join ${frozenNow('tiktok_account')} z on z.id = t.id`,
  ([account]) => accountPoint('tiktok_account', [OWNED], Number(account)),
  asItIs,
);

const inNoGrantee = (role: 'ADMIN' | 'STANDARD' | null): AccessPath => accessPath({ user_role: role });

/** Whoever is a member nowhere, or in Business Centers that have nothing to do with the account; and may name any such. */
function strangers(of: number): Group[] {
  const [nobody, standard, admin] = [null, 'STANDARD' as const, 'ADMIN' as const].map(inNoGrantee);
  const point = (paths: readonly AccessPath[]): Point => accountPoint('user', paths, of);
  return [[], [standard], [admin], [admin, standard]].map((some) => {
    const paths = some.filter((it) => it !== undefined);
    const named = [nobody, ...paths].flatMap((path) => (path ? asItIs(point([path])) : []));
    return uncountedGroup(point(paths), { held: AdvertiserRole.options, named });
  });
}

const ACCOUNT_STRANGERS = uncounted(
  {
    kind: 'tiktok_account',
    subject: ['anybody without a connection', 'anybody without a connection'],
    resource: ACCOUNTS,
  },
  () =>
    ACCOUNT_CODES.flatMap((it) => {
      const account = accountPoint('tiktok_account', [], it);
      return [...strangers(it), uncountedGroup(account, { named: asItIs(account) })];
    }),
);

const OUTSIDERS = [
  'anybody who names a Business Center of others',
  'anybody who names a Business Center of others',
] as const;

/** Naming a Business Center shows the state of its grant to whoever names it. */
const ACCOUNT_OUTSIDERS = uncounted(
  {
    kind: 'tiktok_account',
    subject: OUTSIDERS,
    resource: ['account that it holds or held', 'accounts that it holds or held'],
    place: 'center',
  },
  async function* groups(live) {
    for await (const { code, account: it } of live.rows<OutsiderGroup>(OUTSIDER_GROUPS)) {
      const point = accountPoint('user', [pathOf(code)], it);
      yield uncountedGroup(point, { held: AdvertiserRole.options, named: asItIs(point) });
    }
  },
);

/** Everybody whom the policies of TikTok accounts decide about. */
export const ACCOUNT_POPULATIONS: readonly Population[] = [
  ACCOUNT_USERS,
  ACCOUNT_OWNERS,
  ACCOUNT_STRANGERS,
  ACCOUNT_OUTSIDERS,
];
