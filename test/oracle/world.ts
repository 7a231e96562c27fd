/** What is true, as the domain describes it: no tables, no vectors, no policies. */
export type Scope = 'LIVE' | 'POST';
export type UserRole = 'ADMIN' | 'STANDARD';
export type AdvertiserRole = 'ADMIN' | 'ANALYST' | 'OPERATOR';
export type RequestStatus = 'APPROVED' | 'CANCELLED' | 'DECLINED' | 'EXPIRED' | 'PENDING' | 'VOID';

/** What a Business Center holds, or held, on a TikTok account. */
export interface Grant {
  active: boolean;
  scopes: Scope[];
  /** Of the members to whom the account is assigned now. */
  assignments: Map<string, Scope[]>;
  /** What an owner or an administrator took, of the grant and of each member; an import does not give it back unasked. */
  revoked: Set<Scope>;
  taken: Map<string, Set<Scope>>;
  /** From whom a person took the assignment itself. */
  unassigned: Set<string>;
}

export interface BusinessCenter {
  members: Map<string, UserRole>;
  /** Who was removed. */
  former: Set<string>;
  /** By TikTok account; one that was revoked stays, as revoked. */
  grants: Map<string, Grant>;
}

export interface AdAccount {
  bcId: string | null;
  roles: Map<string, AdvertiserRole>;
}

export interface TiktokAccount {
  adAuthorization: boolean | null;
  links: Map<string, Scope[]>;
}

export interface AccessRequest {
  id: string;
  token: string;
  bcId: string;
  requestedBy: string;
  /** The account that it is meant for; null = whichever signs in. */
  account: string | null;
  scopes: Scope[];
  status: RequestStatus;
}

/** Whose word a freeze is: the service's administrator key, an administrator of the Business Center, the owner. */
export type Authority = 'BUSINESS_CENTER' | 'OWNER' | 'SERVICE';

export interface World {
  centers: Map<string, BusinessCenter>;
  adAccounts: Map<string, AdAccount>;
  accounts: Map<string, TiktokAccount>;
  requests: AccessRequest[];
  /** What is frozen (R13), by `type id`, and on whose word. */
  frozen: Map<string, Set<Authority>>;
  /** Of a key that is confined: the Business Centers whose ad accounts it may know of. */
  within?: readonly string[];
  /** Everybody of whom anything was ever said: who is in here and nowhere else may count as known or not. */
  heardOf: Set<string>;
}

export function emptyWorld(): World {
  return {
    centers: new Map(),
    adAccounts: new Map(),
    accounts: new Map(),
    requests: [],
    frozen: new Map(),
    heardOf: new Set(),
  };
}

export function newGrant(scopes: Scope[]): Grant {
  return {
    active: true,
    scopes: scopeSet(scopes),
    assignments: new Map(),
    revoked: new Set(),
    taken: new Map(),
    unassigned: new Set(),
  };
}

/** The same scopes, once each and in one order. */
export function scopeSet(scopes: Iterable<Scope>): Scope[] {
  return [...new Set(scopes)].toSorted();
}

export function grantOf(world: World, bcId: string, account: string): Grant | undefined {
  return world.centers.get(bcId)?.grants.get(account);
}

export function roleIn(world: World, bcId: string, user: string): UserRole | undefined {
  return world.centers.get(bcId)?.members.get(user);
}

export function isFrozen(world: World, type: string, id: string): boolean {
  return world.frozen.has(`${type} ${id}`);
}

/** Whether anything is true now about a user. */
export function isKnownUser(world: World, user: string): boolean {
  return (
    [...world.centers.values()].some(({ members }) => members.has(user)) ||
    [...world.adAccounts.values()].some(({ roles }) => roles.has(user)) ||
    [...world.accounts.values()].some(({ links }) => links.has(user))
  );
}

/**
 * What a key sees that is confined to some Business Centers: these, the accounts that they hold or held, and their
 * members with what roles they have anywhere. Links are not among it.
 */
export function confinedTo(world: World, bcIds: readonly string[]): World {
  const centers = new Map([...world.centers].filter(([id]) => bcIds.includes(id)));
  const held = new Set([...centers.values()].flatMap(({ grants }) => [...grants.keys()]));
  const people = new Set([...centers.values()].flatMap(({ members }) => [...members.keys()]));
  const accounts = [...world.accounts].filter(([id]) => held.has(id));
  const adAccounts = [...world.adAccounts].map(([id, adAccount]): [string, AdAccount] => [
    id,
    { ...adAccount, roles: new Map([...adAccount.roles].filter(([user]) => people.has(user))) },
  ]);
  return {
    centers,
    adAccounts: new Map(adAccounts),
    accounts: new Map(accounts.map(([id, account]) => [id, { ...account, links: new Map() }])),
    requests: world.requests.filter(({ bcId }) => bcIds.includes(bcId)),
    frozen: world.frozen,
    within: bcIds,
    heardOf: new Set([...centers.values()].flatMap(({ members, former }) => [...members.keys(), ...former])),
  };
}

/** The world as text, for whoever has to find out what went wrong. */
export function told(world: World): string {
  const plain = (_: string, value: unknown): unknown => {
    if (value instanceof Map) return Object.fromEntries(value);
    return value instanceof Set ? [...value] : value;
  };
  return JSON.stringify({ ...world, heardOf: undefined }, plain, 1);
}
