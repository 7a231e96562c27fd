import { decide, type Question } from './rules.ts';
import {
  grantOf,
  newGrant,
  roleIn,
  scopeSet,
  type AccessRequest,
  type Authority,
  type Grant,
  type Scope,
  type World,
} from './world.ts';
import { importLines, putLine, removeMember, type Line, type Outcome } from './written-facts.ts';

/** Something that is done over the API; `request` counts the access requests made so far. */
export type Write =
  | { do: 'import'; lines: Line[] }
  | { do: 'put'; line: Line }
  | { do: 'remove member'; bcId: string; user: string }
  | { do: 'remove advertiser role'; advertiserId: string; user: string }
  | { do: 'remove link'; account: string; user: string }
  | { do: 'request'; bcId: string; by: string; scopes: Scope[]; account: string | null }
  | { do: 'cancel'; request: number; by: string }
  | { do: 'approve' | 'decline'; request: number; account: string }
  | { do: 'expire'; request: number }
  | { do: 'assign'; bcId: string; account: string; by: string; user: string; scopes: Scope[] }
  | { do: 'unassign'; bcId: string; account: string; by: string; user: string }
  | { do: 'revoke'; bcId: string; account: string; by: string }
  | { do: 'revoke as owner'; bcId: string; account: string; by: string }
  | { do: 'freeze' | 'unfreeze'; thing: Entity; by: Entity | null };

type Entity = Question['subject'];

export function requestAt(world: World, n: number): AccessRequest | undefined {
  return world.requests.length === 0 ? undefined : world.requests[n % world.requests.length];
}

export function write(world: World, it: Write): Outcome {
  switch (it.do) {
    case 'import':
      return importLines(world, it.lines);
    case 'put':
      return putLine(world, it.line);
    case 'remove member':
      return removeMember(world, it.bcId, it.user);
    case 'remove advertiser role':
      world.adAccounts.get(it.advertiserId)?.roles.delete(it.user);
      return 'done';
    case 'remove link':
      world.accounts.get(it.account)?.links.delete(it.user);
      return 'done';
    case 'request':
      return may(world, user(it.by), 'request_account_access', center(it.bcId), {});
    case 'cancel':
      return cancel(world, it);
    case 'approve':
    case 'decline':
      return answer(world, it);
    case 'expire':
      return expire(world, it.request);
    case 'assign':
    case 'unassign':
      return assignment(world, it);
    case 'revoke':
      return revoke(world, it, user(it.by));
    case 'revoke as owner':
      return revoke(world, it, account(it.by));
    case 'freeze':
    case 'unfreeze':
      return turn(world, it);
  }
}

const user = (id: string): Entity => ({ type: 'user', id });
const account = (id: string): Entity => ({ type: 'tiktok_account', id });
const center = (id: string): Entity => ({ type: 'business_center', id });

function may(
  world: World,
  subject: Entity,
  name: string,
  resource: Entity,
  properties: Question['action']['properties'],
): 'done' | 'refused' {
  return decide(world, { subject, action: { name, properties }, resource }).decision ? 'done' : 'refused';
}

function cancel(world: World, { request: n, by }: Extract<Write, { do: 'cancel' }>): Outcome {
  const request = requestAt(world, n);
  if (!request) return 'undecided';
  if (roleIn(world, request.bcId, by) !== 'ADMIN' || request.status !== 'PENDING') return 'refused';
  request.status = 'CANCELLED';
  return 'done';
}

/** R2, and what an approval gives: the union with what is held, which carries the assignments over. */
function answer(world: World, it: Extract<Write, { do: 'approve' | 'decline' }>): Outcome {
  const request = requestAt(world, it.request);
  if (!request) return 'undecided';
  const resource = { type: 'access_request', id: request.id };
  if (may(world, account(it.account), it.do, resource, {}) === 'refused') return 'refused';
  request.status = it.do === 'approve' ? 'APPROVED' : 'DECLINED';
  if (it.do === 'decline') return 'done';
  request.account = it.account;
  // Whoever signs in owns that account; now it is known.
  if (!world.accounts.has(it.account)) world.accounts.set(it.account, { adAuthorization: null, links: new Map() });
  const grants = world.centers.get(request.bcId)?.grants;
  const held = grants?.get(it.account) ?? newGrant([]);
  const scopes = scopeSet([...(held.active ? held.scopes : []), ...request.scopes]);
  for (const scope of scopes) held.revoked.delete(scope);
  grants?.set(it.account, { ...held, active: true, scopes });
  return 'done';
}

function expire(world: World, n: number): Outcome {
  const request = requestAt(world, n);
  if (request?.status !== 'PENDING') return 'undecided';
  request.status = 'EXPIRED';
  return 'done';
}

/** A person took these scopes from a member. */
function take({ taken }: Grant, userId: string, scopes: Scope[]): void {
  taken.set(userId, new Set([...(taken.get(userId) ?? []), ...scopes]));
}

function assignment(world: World, it: Extract<Write, { do: 'assign' | 'unassign' }>): Outcome {
  const scopes = it.do === 'assign' ? it.scopes : [];
  const properties = { bc_id: it.bcId, user_id: it.user, scopes };
  const allowed = may(world, user(it.by), `${it.do}_member`, account(it.account), properties);
  if (allowed === 'refused') return 'refused';
  const grant = grantOf(world, it.bcId, it.account);
  const held = grant?.assignments.get(it.user) ?? [];
  if (!grant) return 'refused';
  take(
    grant,
    it.user,
    held.filter((scope) => !scopes.includes(scope)),
  );
  const had = grant.assignments.delete(it.user);
  if (it.do === 'unassign') {
    if (had) grant.unassigned.add(it.user);
    return 'done';
  }
  grant.unassigned.delete(it.user);
  grant.assignments.set(it.user, scopeSet(scopes));
  const still = [...(grant.taken.get(it.user) ?? [])].filter((scope) => !scopes.includes(scope));
  grant.taken.set(it.user, new Set(still));
  return 'done';
}

/** Every assignment under the grant ends with it. */
function revoke(world: World, it: { bcId: string; account: string }, by: Entity): Outcome {
  const allowed = may(world, by, 'revoke_grant', account(it.account), { bc_id: it.bcId });
  const grant = grantOf(world, it.bcId, it.account);
  if (allowed === 'refused' || !grant?.active) return 'refused';
  for (const [userId, scopes] of grant.assignments) {
    take(grant, userId, scopes);
    grant.unassigned.add(userId);
  }
  for (const scope of grant.scopes) grant.revoked.add(scope);
  grant.active = false;
  grant.assignments.clear();
  return 'done';
}

/** R13: a key freezes and lifts anything that is known; people what is theirs, and never what a key froze. */
function turn(world: World, { do: action, thing, by }: Extract<Write, { do: 'freeze' | 'unfreeze' }>): Outcome {
  const known = { business_center: world.centers, tiktok_account: world.accounts, ad_account: world.adAccounts };
  if (!known[thing.type as keyof typeof known].has(thing.id)) return 'refused';
  if (by !== null && may(world, by, action, thing, {}) === 'refused') return 'refused';
  const authority: Authority = by === null ? 'SERVICE' : by.type === 'tiktok_account' ? 'OWNER' : 'BUSINESS_CENTER';
  const name = `${thing.type} ${thing.id}`;
  if (action === 'freeze') world.frozen.set(name, new Set([...(world.frozen.get(name) ?? []), authority]));
  else world.frozen.delete(name);
  return 'done';
}
