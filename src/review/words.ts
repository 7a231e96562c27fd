import type { Json } from '@sparkgate/cerbos-policies/json';
import type { Words } from '@sparkgate/policy-workbench/contract';
import { described, plainly, said } from '@sparkgate/policy-workbench/space/plain-words';
import { VECTOR_SCHEMAS } from '../facts/kinds.ts';

/** The facts of this service's vectors, as reviewers say them. */
export const WORDS: Words = {
  subject: (role) => SUBJECTS[role] ?? null,
  fact: (name, value, vector) => {
    if (!domainFields(vector).has(name)) return null;
    return name === 'paths' ? paths(value) : fact(name, value);
  },
};

const SUBJECTS: Readonly<Record<string, string>> = {
  user: 'A user',
  tiktok_account: 'A TikTok account, signed in',
  api_key: 'An API key',
};

/** The fields that mean what this service means by them: a kind of one's own may call anything `owner`, or `live`. */
function domainFields(vector: Readonly<Record<string, Json>>): ReadonlySet<string> {
  const shapes = Object.values(VECTOR_SCHEMAS).map(({ shape }) => Object.keys(shape));
  return new Set(shapes.filter((names) => names.every((name) => Object.hasOwn(vector, name))).flat());
}

function paths(value: Json): string {
  const list = value as Record<string, Json>[];
  return list.length === 0 ? 'without any path to the account' : list.map(path).join(' and ');
}

function path({
  via,
  user_role: userRole,
  grant,
  granted,
  assigned,
  center_frozen: isFrozen,
  ...more
}: Record<string, Json>): string {
  // What a reviewer has added to the schema.
  const frozen = isFrozen === true ? ['frozen'] : [];
  const added = [...frozen, ...Object.entries(more).map(([name, value]) => fact(name, value))];
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
  frozen_by: 'not frozen',
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
