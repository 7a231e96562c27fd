import { VECTOR_SCHEMAS } from '../../../../src/decision/vectors.ts';
import type { Json } from './finite-domain.ts';
import type { Point } from './point.ts';

/** A point as a sentence for people who know the domain and no JSON; only the facts that `matters` holds are told. */
export function inPlainWords({ role, attr }: Point, matters: ReadonlySet<string>): string {
  const facts = Object.entries(attr).filter(([name]) => matters.has(name));
  const known = domainFields(attr);
  const told = facts.map(([name, value]) => {
    if (!known.has(name)) return plainly(name, value);
    return name === 'paths' ? paths(value) : fact(name, value);
  });
  return [subject(role), ...told].join('; ');
}

/** The fields that mean what this service means by them: a kind of one's own may call anything `owner`, or `live`. */
function domainFields(attr: Point['attr']): ReadonlySet<string> {
  const shapes = Object.values(VECTOR_SCHEMAS).map(({ shape }) => Object.keys(shape));
  return new Set(shapes.filter((names) => names.every((name) => Object.hasOwn(attr, name))).flat());
}

function subject(role: string): string {
  const known: Record<string, string> = {
    user: 'A user',
    tiktok_account: 'A TikTok account, signed in',
    api_key: 'An API key',
  };
  return known[role] ?? `Somebody with the role ${role}`;
}

function paths(value: Json): string {
  const list = value as Record<string, Json>[];
  return list.length === 0 ? 'without any path to the account' : list.map(path).join(' and ');
}

function path({ via, user_role: userRole, grant, granted, assigned, ...more }: Record<string, Json>): string {
  // What a reviewer has added to the schema.
  const added = Object.entries(more).map(([name, value]) => fact(name, value));
  const odd = [
    userRole === null ? '' : `${said(userRole)} of it`,
    grant === null ? '' : `its grant ${said(grant)}`,
    ...added,
  ];
  switch (via) {
    case 'BUSINESS_CENTER':
      return (
        `through a Business Center (${userRole === null ? 'not a member of it' : `${said(userRole)} there`}, ` +
        `${grant === null ? 'state of the grant unknown' : `grant ${said(grant)}`}, ` +
        `${[`granted ${scopes(granted)}`, `assigned ${scopes(assigned)}`, ...added].join(', ')})`
      );
    case 'ACCOUNT_LINK':
      return `through an account link (${['carries ' + scopes(granted), ...odd].filter((it) => it !== '').join(', ')})`;
    default:
      return ['as the owner', ...odd].filter((it) => it !== '').join(', ');
  }
}

const scopes = (value: Json | undefined): string =>
  Array.isArray(value) && value.length > 0 ? value.join(' and ') : 'nothing';

const UNNAMED: Record<string, string> = {
  advertiser_role: 'no ad account named',
  post: 'no post named',
  assignee: 'no target named',
  scopes: 'no scopes named',
  user_role: 'not a member of the Business Center',
  account_ad_authorization: "the account's ad authorization unknown",
  requester_role: 'the requester no longer a member',
  status: 'no such request',
};

function fact(name: string, value: Json): string {
  if (value === null && UNNAMED[name] !== undefined) return UNNAMED[name];
  if (name === 'live') return value === true ? 'a live named' : 'no live named';
  if (name === 'owner') return value === true ? 'asked as the owner' : 'not the owner who is asked';
  if (name === 'advertiser_role') {
    return value === 'NONE' ? 'no role in the ad account' : `${said(value)} in the ad account`;
  }
  if (name === 'post') return `a post (${described(value)})`;
  return plainly(name, value);
}

const plainly = (name: string, value: Json): string => `${name.replaceAll('_', ' ')} ${described(value)}`;

/** A plain value as it is written. */
const said = (value: Json | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value));

function described(value: Json): string {
  if (value === null) return 'unknown';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value))
    return value.length === 0 ? 'nothing' : value.map((it: Json) => described(it)).join(' and ');
  if (typeof value !== 'object') return said(value);
  return Object.entries(value)
    .map(([name, it]) => `${name.replaceAll('_', ' ')} ${described(it ?? null)}`)
    .join(', ');
}
