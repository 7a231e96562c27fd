import { isDeepStrictEqual } from 'node:util';
import {
  grantOf,
  newGrant,
  roleIn,
  scopeSet,
  type AdvertiserRole,
  type Scope,
  type UserRole,
  type World,
} from './world.ts';

/** A fact as an import has it, a line each, and as a PUT has it. */
export type Line =
  | { type: 'business_center'; bc_id: string; name: string }
  | { type: 'member'; bc_id: string; user_id: string; user_role: UserRole }
  | { type: 'ad_account'; advertiser_id: string; name: string; bc_id?: string | null }
  | { type: 'ad_account_member'; advertiser_id: string; user_id: string; advertiser_role: AdvertiserRole }
  | { type: 'tiktok_account'; id: string; handle: string; ad_authorization?: boolean | null }
  | { type: 'account_link'; tiktok_account_id: string; user_id: string; scopes: Scope[] }
  | { type: 'account_grant'; bc_id: string; tiktok_account_id: string; scopes: Scope[] }
  | { type: 'assignment'; bc_id: string; tiktok_account_id: string; user_id: string; scopes: Scope[] };

/**
 * What a write has to come to. `undecided`: the domain does not say, so it is not tried. A write that is done has
 * changed the world that was handed in; one that is not has left it.
 */
export type Outcome = 'done' | 'refused' | 'undecided';

/**
 * All or nothing; of two lines about the same fact the later wins, in what it names. Whether a line may stand before
 * another that it needs is not said.
 */
export function importLines(world: World, all: Line[]): Outcome {
  const latest = new Map<string, Line>();
  for (const line of all) latest.set(nameOf(line), { ...latest.get(nameOf(line)), ...line });
  const lines = [...latest.values()];
  const asTheyStand = applied(world, lines);
  const inOrder = applied(
    world,
    lines.toSorted((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type)),
  );
  if (asTheyStand.outcome !== inOrder.outcome) return 'undecided';
  // Nor whether a role outlives the move of its ad account that stands below it in the same file.
  if (!isDeepStrictEqual(asTheyStand.world, inOrder.world)) return 'undecided';
  if (asTheyStand.outcome === 'done') Object.assign(world, asTheyStand.world);
  return asTheyStand.outcome;
}

const ORDER: Line['type'][] = [
  'business_center',
  'tiktok_account',
  'ad_account',
  'member',
  'ad_account_member',
  'account_link',
  'account_grant',
  'assignment',
];

/** Which fact a line is of. */
function nameOf(line: Line): string {
  const ids = ['bc_id', 'tiktok_account_id', 'advertiser_id', 'user_id', 'id'] as const;
  const of = line.type === 'ad_account' ? { ...line, bc_id: undefined } : line;
  return JSON.stringify([line.type, ...ids.map((id) => (of as Partial<Record<typeof id, string>>)[id])]);
}

function applied(world: World, lines: Line[]): { world: World; outcome: Outcome } {
  const copy = structuredClone(world);
  for (const line of lines) {
    const outcome = putLine(copy, line);
    if (outcome !== 'done') return { world, outcome };
  }
  return { world: copy, outcome: 'done' };
}

export function putLine(world: World, line: Line): Outcome {
  switch (line.type) {
    case 'business_center':
      if (!world.centers.has(line.bc_id)) {
        world.centers.set(line.bc_id, { members: new Map(), former: new Set(), grants: new Map() });
      }
      return 'done';
    case 'member':
      return putMember(world, line);
    case 'ad_account':
      return putAdAccount(world, line.advertiser_id, line.bc_id);
    case 'ad_account_member': {
      const roles = world.adAccounts.get(line.advertiser_id)?.roles;
      roles?.set(line.user_id, line.advertiser_role);
      return heard(world, line.user_id, roles !== undefined);
    }
    case 'tiktok_account': {
      const known = world.accounts.get(line.id) ?? { adAuthorization: null, links: new Map<string, Scope[]>() };
      const { ad_authorization: adAuthorization = known.adAuthorization } = line;
      world.accounts.set(line.id, { ...known, adAuthorization });
      return 'done';
    }
    case 'account_link': {
      const links = world.accounts.get(line.tiktok_account_id)?.links;
      links?.set(line.user_id, scopeSet(line.scopes));
      return heard(world, line.user_id, links !== undefined);
    }
    case 'account_grant':
      return importGrant(world, line);
    case 'assignment':
      return importAssignment(world, line);
  }
}

function heard(world: World, userId: string, done: boolean): Outcome {
  if (done) world.heardOf.add(userId);
  return done ? 'done' : 'refused';
}

/** A demoted requester's pending requests become void. */
function putMember(world: World, line: Extract<Line, { type: 'member' }>): Outcome {
  const bc = world.centers.get(line.bc_id);
  bc?.members.set(line.user_id, line.user_role);
  if (line.user_role !== 'ADMIN') voidRequests(world, line.bc_id, line.user_id);
  return heard(world, line.user_id, bc !== undefined);
}

/** A removed member loses all assignments there, and pending requests become void. */
export function removeMember(world: World, bcId: string, userId: string): Outcome {
  const bc = world.centers.get(bcId);
  if (bc?.members.delete(userId)) bc.former.add(userId);
  for (const { assignments, taken, unassigned } of bc?.grants.values() ?? []) {
    // A key ended these, and no person.
    for (const scope of assignments.get(userId) ?? []) taken.get(userId)?.delete(scope);
    if (assignments.delete(userId)) unassigned.delete(userId);
  }
  voidRequests(world, bcId, userId);
  return 'done';
}

function voidRequests(world: World, bcId: string, by: string): void {
  for (const request of world.requests) {
    const theirs = request.bcId === bcId && request.requestedBy === by;
    if (theirs && request.status === 'PENDING') request.status = 'VOID';
  }
}

/** It belongs to one Business Center at most; when it moves, every role in it ends. */
function putAdAccount(world: World, advertiserId: string, bcId: string | null | undefined): Outcome {
  if (typeof bcId === 'string' && !world.centers.has(bcId)) return 'refused';
  const known = world.adAccounts.get(advertiserId);
  if (!known) {
    world.adAccounts.set(advertiserId, { bcId: bcId ?? null, roles: new Map() });
    return 'done';
  }
  if (bcId === undefined || bcId === known.bcId) return 'done';
  if (known.roles.size > 0 && (bcId === null || known.bcId === null)) return 'undecided';
  world.adAccounts.set(advertiserId, { bcId, roles: new Map() });
  return 'done';
}

/** What an owner ended stays ended, and what an owner gave stays as it was given. */
function importGrant(world: World, line: Extract<Line, { type: 'account_grant' }>): Outcome {
  const bc = world.centers.get(line.bc_id);
  if (!bc || !world.accounts.has(line.tiktok_account_id)) return 'refused';
  const held = bc.grants.get(line.tiktok_account_id);
  if (!held) {
    bc.grants.set(line.tiktok_account_id, newGrant(line.scopes));
    return 'done';
  }
  if (line.scopes.some((it) => held.revoked.has(it))) return 'done';
  if (!held.active) return 'undecided';
  return held.scopes.join(' ') === scopeSet(line.scopes).join(' ') ? 'done' : 'refused';
}

/** As an administrator could assign, but for what an administrator or the owner ended. */
function importAssignment(world: World, line: Extract<Line, { type: 'assignment' }>): Outcome {
  const { bc_id: bcId, tiktok_account_id: accountId, user_id: userId, scopes } = line;
  const grant = grantOf(world, bcId, accountId);
  if (!grant) return 'refused';
  const held = grant.assignments.get(userId);
  const taken = grant.taken.get(userId);
  if (scopes.some((it) => !held?.includes(it) && taken?.has(it))) return 'done';
  if (grant.unassigned.has(userId)) return 'undecided';
  // A grant that was ended as a whole stays so, whatever scopes a line below it names.
  if (!grant.active && grant.revoked.size > 0) return 'done';
  const lacking = scopes.filter((it) => !grant.active || !grant.scopes.includes(it));
  if (lacking.some((it) => grant.revoked.has(it))) return 'done';
  if (lacking.length > 0 || !roleIn(world, bcId, userId)) return 'refused';
  grant.assignments.set(userId, scopeSet(scopes));
  return 'done';
}
