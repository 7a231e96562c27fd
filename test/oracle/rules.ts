import {
  grantOf,
  isFrozen,
  isKnownUser,
  roleIn,
  scopeSet,
  type AccessRequest,
  type Scope,
  type World,
} from './world.ts';

/**
 * The rules R1 to R13, read off the domain's table one by one and written down a second time, in another way than the
 * policies have them: path by path, each with the list of what it lacks. Nothing here is shared with the service.
 */
export type Reason =
  | 'ADVERTISER_ROLE_INSUFFICIENT'
  | 'AD_AUTHORIZATION_OFF'
  | 'FROZEN'
  | 'GRANT_REVOKED'
  | 'MISSING_FACT'
  | 'NOT_A_MEMBER'
  | 'NOT_AN_ADMIN'
  | 'NOT_THE_OWNER'
  | 'NO_ASSIGNMENT'
  | 'NO_GRANT'
  | 'POST_NOT_PUBLIC'
  | 'POST_OF_ANOTHER_ACCOUNT'
  | 'REQUEST_NOT_PENDING'
  | 'SCOPE_NOT_ASSIGNED'
  | 'SCOPE_NOT_GRANTED'
  | 'UNKNOWN_ACTION'
  | 'UNKNOWN_RESOURCE'
  | 'UNKNOWN_SUBJECT';

export type Via = 'ACCOUNT_LINK' | 'BUSINESS_CENTER' | 'OWNER';

export interface Post {
  item_id?: string;
  tiktok_account_id?: string;
  visibility?: string;
  ad_authorization?: boolean;
}

export interface Properties {
  bc_id?: string;
  advertiser_id?: string;
  user_id?: string;
  scopes?: Scope[];
  post?: Post;
  live?: { live_id: string };
}

export interface Question {
  subject: { type: string; id: string };
  action: { name: string; properties: Properties };
  resource: { type: string; id: string };
}

/** One way by which access may come, and what it lacks; nothing lacking = it opens. */
export interface Path {
  via: Via;
  missing: Reason[];
}

/** What the answer has to be. */
export type Verdict =
  | { decision: true; via: Via[] }
  /**
   * `ways`: each alternative with all that it lacks; the reasons must hold one of them whole, and nothing of none.
   * `pause`: a grant was revoked, so whoever runs Spark Ads with the account is recommended to pause them.
   */
  | { decision: false; ways: Reason[][]; further: Reason[]; pause: boolean | 'perhaps' };

const ACTIONS: Record<string, Record<string, (world: World, question: Question) => Path[]>> = {
  business_center: { request_account_access: requestPaths, freeze: switchPaths, unfreeze: switchPaths },
  ad_account: { freeze: switchPaths, unfreeze: switchPaths },
  access_request: { approve: answerPaths, decline: answerPaths, view_consent: answerPaths },
  tiktok_account: {
    view: viewPaths,
    assign_member: administrationPaths,
    unassign_member: administrationPaths,
    revoke_grant: revocationPaths,
    read_profile: (world, question) => usePaths(world, question, ['POST', 'LIVE']),
    read_public_videos: (world, question) => usePaths(world, question, ['POST']),
    read_live_videos: (world, question) => usePaths(world, question, ['LIVE']),
    create_spark_ad: sparkAdPaths,
    freeze: switchPaths,
    unfreeze: switchPaths,
  },
};

/** The actions that the rules name, by kind. */
export function actionsOf(kind: string): string[] {
  return Object.keys(ACTIONS[kind] ?? {});
}

export function decide(world: World, question: Question): Verdict {
  const { subject, action, resource } = question;
  const rule = Object.hasOwn(ACTIONS, resource.type) ? ACTIONS[resource.type] : undefined;
  const paths = rule && Object.hasOwn(rule, action.name) ? rule[action.name] : undefined;
  const unknown: Reason[] = [];
  if (!paths) unknown.push('UNKNOWN_ACTION');
  if (!rule || !isKnown(world, resource)) unknown.push('UNKNOWN_RESOURCE');
  const ways = paths && isKnown(world, resource) ? paths(world, question) : [];
  const open = ways.filter(({ missing }) => missing.length === 0);
  if (unknown.length === 0 && open.length > 0) return { decision: true, via: open.map(({ via }) => via) };
  const pause = unknown.length === 0 && action.name === 'create_spark_ad' && pauses(world, question, ways);
  return { decision: false, ...denial(world, subject, ways, unknown), pause };
}

/** Whoever could run Spark Ads by a grant that is revoked now is recommended to pause them; strangers never could. */
function pauses(world: World, { subject, action, resource }: Question, ways: Path[]): boolean | 'perhaps' {
  const was = [...world.centers.values()].some(
    ({ former, grants }) => former.has(subject.id) && grants.get(resource.id)?.active === false,
  );
  const revoked = ways.some(({ missing }) => missing.includes('GRANT_REVOKED'));
  const strange = action.properties.bc_id === undefined && ownCenters(world, subject).length === 0;
  return revoked && !strange ? true : (revoked || was) && 'perhaps';
}

/** An unknown thing explains a denial by itself; what a stranger would lack may be said beside it. */
function denial(
  world: World,
  subject: Question['subject'],
  paths: Path[],
  unknown: Reason[],
): { ways: Reason[][]; further: Reason[] } {
  const ways = truthful(paths).map(({ missing }) => missing);
  const stranger = knownness(world, subject);
  if (stranger === 'unknown') unknown.push('UNKNOWN_SUBJECT');
  if (unknown.length > 0) return { ways: unknown.map((it) => [it]), further: ways.flat() };
  return { ways: stranger === 'perhaps' ? [...ways, ['UNKNOWN_SUBJECT']] : ways, further: [] };
}

/** "No Business Center holds the account" may be said only where none of those in question does. */
function truthful(paths: Path[]): Path[] {
  const lacks = ({ missing }: Path): boolean => missing.includes('NO_GRANT') || missing.includes('GRANT_REVOKED');
  const somebodyHolds = paths.some((path) => path.via === 'BUSINESS_CENTER' && !lacks(path));
  return somebodyHolds ? paths.filter(({ missing }) => !missing.includes('NO_GRANT')) : paths;
}

function isKnown(world: World, { type, id }: { type: string; id: string }): boolean {
  if (type === 'ad_account') {
    const adAccount = world.adAccounts.get(id);
    return adAccount !== undefined && (!world.within || world.within.includes(adAccount.bcId ?? ''));
  }
  if (type === 'business_center') return world.centers.has(id);
  if (type === 'tiktok_account') return world.accounts.has(id);
  return type === 'access_request' && world.requests.some((request) => request.id === id);
}

/** Whether a subject is known; perhaps: something was true of it once. */
export function knownness(world: World, subject: Question['subject']): 'known' | 'perhaps' | 'unknown' {
  if (subject.type === 'tiktok_account') return world.accounts.has(subject.id) ? 'known' : 'unknown';
  if (subject.type !== 'user') return 'unknown';
  if (isKnownUser(world, subject.id)) return 'known';
  return world.heardOf.has(subject.id) ? 'perhaps' : 'unknown';
}

/** R1: an administrator of that Business Center. */
function requestPaths(world: World, { subject, resource }: Question): Path[] {
  const missing = [...lacksAdmin(world, resource.id, subject), ...frozen(world, resource)];
  return [{ via: 'BUSINESS_CENTER', missing }];
}

/**
 * R13: the owner, or an administrator of the Business Center that it is or belongs to, freezes it, and lifts what they
 * or a lower authority froze: that of an administrator key stays.
 */
function switchPaths(world: World, { subject, action, resource }: Question): Path[] {
  const { type, id } = resource;
  const stays = action.name === 'unfreeze' && world.frozen.get(`${type} ${id}`)?.has('SERVICE') === true;
  const further: Reason[] = stays ? ['FROZEN'] : [];
  if (type === 'tiktok_account') {
    const isOwner = subject.type === 'tiktok_account' && subject.id === id;
    return [{ via: 'OWNER', missing: [...(isOwner ? [] : (['NOT_THE_OWNER'] as const)), ...further] }];
  }
  const bcId = type === 'business_center' ? id : (world.adAccounts.get(id)?.bcId ?? '');
  return [{ via: 'BUSINESS_CENTER', missing: [...lacksAdmin(world, bcId, subject), ...further] }];
}

/** R13: nothing is done through what is frozen. */
function frozen(world: World, ...things: { type: string; id: string }[]): Reason[] {
  return things.some(({ type, id }) => isFrozen(world, type, id)) ? ['FROZEN'] : [];
}

/**
 * R2: the owner, while the request is pending; one that names an account is that account's alone. At approval whoever
 * asked has to be an administrator still.
 */
function answerPaths(world: World, { subject, action, resource }: Question): Path[] {
  const request = world.requests.find(({ id }) => id === resource.id) as AccessRequest;
  const owner = subject.type === 'tiktok_account' && (request.account === null || request.account === subject.id);
  const missing: Reason[] = [];
  if (!owner) missing.push('NOT_THE_OWNER');
  if (request.status !== 'PENDING') missing.push('REQUEST_NOT_PENDING');
  const asks = roleIn(world, request.bcId, request.requestedBy);
  if (action.name === 'approve' && asks !== 'ADMIN') missing.push('NOT_AN_ADMIN');
  if (action.name === 'approve') missing.push(...frozen(world, center(request.bcId), subject));
  return [{ via: 'OWNER', missing }];
}

/** R3: an administrator of the grantee; the grant active; who is named is a member; the scopes are within the grant's. */
function administrationPaths(world: World, question: Question): Path[] {
  const { subject, action, resource } = question;
  const { user_id: userId, scopes, bc_id: named } = action.properties;
  const assigns = action.name === 'assign_member';
  return centersInQuestion(world, question).map((bcId) => {
    const grant = grantOf(world, bcId, resource.id);
    const missing = [...lacksAdmin(world, bcId, subject), ...lacksGrant(world, bcId, resource.id)];
    // Whether somebody may be assigned is one question, whether this one may be, with these scopes, where, another.
    if (assigns && userId !== undefined && (!scopes?.length || named === undefined)) missing.push('MISSING_FACT');
    else if (assigns && userId !== undefined && !roleIn(world, bcId, userId)) missing.push('NOT_A_MEMBER');
    if (assigns) missing.push(...frozen(world, resource, center(bcId)));
    if (assigns && grant?.active && !within(scopes ?? [], grant.scopes)) missing.push('SCOPE_NOT_GRANTED');
    return { via: 'BUSINESS_CENTER', missing };
  });
}

/** R4: administrators every granted account, standard members what is assigned to them. */
function viewPaths(world: World, question: Question): Path[] {
  const { subject, resource } = question;
  return centersInQuestion(world, question).flatMap((bcId): Path[] => {
    const held = lacksGrant(world, bcId, resource.id);
    const member: Reason[] = isMember(world, bcId, subject) ? [] : ['NOT_A_MEMBER'];
    const assigned = subject.type === 'user' && grantOf(world, bcId, resource.id)?.assignments.has(subject.id);
    return [
      { via: 'BUSINESS_CENTER', missing: [...held, ...lacksAdmin(world, bcId, subject)] },
      { via: 'BUSINESS_CENTER', missing: [...held, ...member, ...(assigned ? [] : (['NO_ASSIGNMENT'] as const))] },
    ];
  });
}

/** R10: the owner, whatever there is to revoke; any administrator of the grantee. */
function revocationPaths(world: World, question: Question): Path[] {
  const { subject, resource } = question;
  const owner = subject.type === 'tiktok_account' && subject.id === resource.id;
  const administrators = centersInQuestion(world, question).map((bcId): Path => {
    const missing = [...lacksGrant(world, bcId, resource.id), ...lacksAdmin(world, bcId, subject)];
    return { via: 'BUSINESS_CENTER', missing };
  });
  return [{ via: 'OWNER', missing: owner ? [] : ['NOT_THE_OWNER'] }, ...administrators];
}

/** R8, R8' and R9: the use of the account, the role in the named ad account, and the facts of the post. */
function sparkAdPaths(world: World, question: Question): Path[] {
  const { advertiser_id: advertiserId, live } = question.action.properties;
  const role = world.adAccounts.get(advertiserId ?? '')?.roles.get(question.subject.id);
  const others: Reason[] = live ? [] : lacksOfPost(world, question);
  if (advertiserId === undefined) others.push('MISSING_FACT');
  else if (question.subject.type !== 'user' || (role !== 'ADMIN' && role !== 'OPERATOR')) {
    others.push('ADVERTISER_ROLE_INSUFFICIENT');
  }
  if (advertiserId !== undefined) others.push(...frozen(world, { type: 'ad_account', id: advertiserId }));
  const paths = usePaths(world, question, [live ? 'LIVE' : 'POST']);
  return paths.map(({ via, missing }) => ({ via, missing: [...missing, ...others] }));
}

function lacksOfPost(world: World, { action, resource }: Question): Reason[] {
  const { post } = action.properties;
  if (!post) return [];
  const missing: Reason[] = [];
  const facts = [post.tiktok_account_id, post.visibility, post.ad_authorization];
  if (facts.includes(undefined)) missing.push('MISSING_FACT');
  if ((post.tiktok_account_id ?? resource.id) !== resource.id) missing.push('POST_OF_ANOTHER_ACCOUNT');
  if ((post.visibility ?? 'PUBLIC') !== 'PUBLIC') missing.push('POST_NOT_PUBLIC');
  const off = post.ad_authorization === false || world.accounts.get(resource.id)?.adAuthorization === false;
  if (off) missing.push('AD_AUTHORIZATION_OFF');
  return missing;
}

/** R5 to R7 and R11: by an assignment under a grant, one path a Business Center, or by one's own link. */
function usePaths(world: World, question: Question, anyOf: Scope[]): Path[] {
  const { subject, action, resource } = question;
  const links = action.properties.bc_id === undefined ? world.accounts.get(resource.id)?.links : undefined;
  const link = subject.type === 'user' ? links?.get(subject.id) : undefined;
  const paths = centersInQuestion(world, question).map((it) => centerPath(world, it, subject, resource.id, anyOf));
  if (link) paths.push({ via: 'ACCOUNT_LINK', missing: holds(link, anyOf) ? [] : ['SCOPE_NOT_GRANTED'] });
  for (const { missing } of paths) missing.push(...frozen(world, resource));
  return paths;
}

/**
 * The one that is named; else those of which the subject is a member; for a stranger all that hold the account or held
 * it, and where there is none, one that does not.
 */
function centersInQuestion(world: World, { subject, action, resource }: Question): string[] {
  const { bc_id: named } = action.properties;
  if (named !== undefined) return [named];
  const own = ownCenters(world, subject);
  if (own.length > 0) return own;
  const held = [...world.centers.keys()].filter((it) => grantOf(world, it, resource.id));
  // Where none holds it any more, none does.
  return held.some((it) => grantOf(world, it, resource.id)?.active) ? held : [...held, 'no Business Center'];
}

function ownCenters(world: World, subject: Question['subject']): string[] {
  return [...world.centers.keys()].filter((it) => isMember(world, it, subject));
}

function centerPath(world: World, bcId: string, subject: Question['subject'], account: string, anyOf: Scope[]): Path {
  const grant = grantOf(world, bcId, account);
  const assigned = subject.type === 'user' && grant?.active ? grant.assignments.get(subject.id) : undefined;
  const missing = lacksGrant(world, bcId, account);
  if (!isMember(world, bcId, subject)) missing.push('NOT_A_MEMBER');
  if (!assigned) missing.push('NO_ASSIGNMENT');
  if (grant?.active && !holds(grant.scopes, anyOf)) missing.push('SCOPE_NOT_GRANTED');
  if (assigned && !holds(assigned, anyOf)) missing.push('SCOPE_NOT_ASSIGNED');
  const counting = scopeSet(grant?.active ? grant.scopes.filter((it) => assigned?.includes(it)) : []);
  if (missing.length === 0 && !holds(counting, anyOf)) missing.push('SCOPE_NOT_GRANTED');
  missing.push(...frozen(world, center(bcId)));
  return { via: 'BUSINESS_CENTER', missing };
}

const center = (id: string): { type: string; id: string } => ({ type: 'business_center', id });

function lacksAdmin(world: World, bcId: string, subject: Question['subject']): Reason[] {
  if (!isMember(world, bcId, subject)) return ['NOT_A_MEMBER', 'NOT_AN_ADMIN'];
  return roleIn(world, bcId, subject.id) === 'ADMIN' ? [] : ['NOT_AN_ADMIN'];
}

function lacksGrant(world: World, bcId: string, account: string): Reason[] {
  const grant = grantOf(world, bcId, account);
  if (!grant) return ['NO_GRANT'];
  return grant.active ? [] : ['GRANT_REVOKED'];
}

function isMember(world: World, bcId: string, subject: Question['subject']): boolean {
  return subject.type === 'user' && roleIn(world, bcId, subject.id) !== undefined;
}

const holds = (scopes: Scope[], anyOf: Scope[]): boolean => anyOf.some((it) => scopes.includes(it));
const within = (scopes: Scope[], whole: Scope[]): boolean => scopes.every((it) => whole.includes(it));
