import type { Scope, World } from '../oracle/world.ts';
import type { Write } from '../oracle/writes.ts';
import type { Line } from '../oracle/written-facts.ts';
import {
  anything,
  closed,
  flag,
  id,
  listOf,
  nullable,
  numberBetween,
  oneOf,
  plain,
  scopes,
  text,
  type Finding,
  type Shape,
} from './shapes.ts';
import { readStrictly, Refused, type Json } from './strict-json.ts';

/** Who acts, where a person does. */
export interface Actor {
  type: string;
  id: string;
}

/** A write as it was sent, its path taken apart. */
export interface Sent {
  method: string;
  /** Behind `/v1`. */
  segments: string[];
  actor: Actor | null;
  world: World;
  finding: Finding;
  /** The body, of this content type. */
  bytes: (type?: string) => Buffer;
  hasBody: boolean;
}

const refuse = (why: string): never => {
  throw new Refused(why);
};

const role = oneOf('ADMIN', 'STANDARD');
const advertiserRole = oneOf('ADMIN', 'OPERATOR', 'ANALYST');
const showcase = closed({
  enabled: flag,
  sources: (value, finding) => (Array.isArray(value) && value.length === 0 ? finding.doubt() : sources(value, finding)),
});
const sources = listOf(closed({ shop_id: id, products: oneOf('ALL', 'SELECTED') }));

/** Bodies by the fact that they are of; an import line has the ids of the path as well. */
const FACTS: Record<string, { ids: string[]; must: Record<string, Shape>; may: Record<string, Shape> }> = {
  business_center: { ids: ['bc_id'], must: { name: text() }, may: {} },
  member: { ids: ['bc_id', 'user_id'], must: { user_role: role }, may: {} },
  ad_account: { ids: ['advertiser_id'], must: { name: text() }, may: { bc_id: nullable(id) } },
  ad_account_member: { ids: ['advertiser_id', 'user_id'], must: { advertiser_role: advertiserRole }, may: {} },
  tiktok_account: {
    ids: ['id'],
    must: { handle: nullable(text(128)) },
    may: { display_name: nullable(text()), ad_authorization: nullable(flag), showcase: nullable(showcase) },
  },
  account_link: { ids: ['tiktok_account_id', 'user_id'], must: { scopes }, may: {} },
  account_grant: { ids: ['bc_id', 'tiktok_account_id'], must: { scopes }, may: {} },
  assignment: { ids: ['bc_id', 'tiktok_account_id', 'user_id'], must: { scopes }, may: {} },
};

type Params = [string, string, string];

/** What a path of facts is about, by its pattern; each `*` is an id. */
const PLACES: Record<string, string> = {
  'business-centers/*': 'business_center',
  'business-centers/*/members/*': 'member',
  'ad-accounts/*': 'ad_account',
  'ad-accounts/*/members/*': 'ad_account_member',
  'tiktok-accounts/*': 'tiktok_account',
  'tiktok-accounts/*/links/*': 'account_link',
};

const REMOVALS: Record<string, (ids: Params) => Write> = {
  'business-centers/*/members/*': ([bcId, user]) => ({ do: 'remove member', bcId, user }),
  'ad-accounts/*/members/*': ([advertiserId, user]) => ({ do: 'remove advertiser role', advertiserId, user }),
  'tiktok-accounts/*/links/*': ([account, user]) => ({ do: 'remove link', account, user }),
};

/** What takes no body may refuse one. */
const WITHOUT_BODY = /^DELETE |\/(?:cancel|approve|decline)$/;

/** What a call on somebody's behalf does; `body` is what it sends. */
const FLOW: Record<string, (ids: Params, by: Actor, sent: Sent) => Write> = {
  'POST business-centers/*/access-requests': ([bcId], by, sent) => {
    const shape = closed(
      { scopes },
      { tiktok_account_id: nullable(id), expires_in: nullable(numberBetween(60, 604_800)) },
    );
    const body = bodyOf(sent, shape) as { scopes: Scope[]; tiktok_account_id?: string | null };
    return { do: 'request', bcId, by: user(by), scopes: body.scopes, account: body.tiktok_account_id ?? null };
  },
  'POST business-centers/*/access-requests/*/cancel': ([bcId, requestId], by, { world }) => {
    const request = world.requests.findIndex((it) => it.id === requestId && it.bcId === bcId);
    return request < 0 ? refuse('no such request') : { do: 'cancel', request, by: user(by) };
  },
  'POST consents/*/approve': ([token], by, { world }) => answer('approve', token, by, world),
  'POST consents/*/decline': ([token], by, { world }) => answer('decline', token, by, world),
  'PUT business-centers/*/tiktok-accounts/*/members/*': ([bcId, account, member], by, sent) => {
    const body = bodyOf(sent, closed({ scopes })) as { scopes: Scope[] };
    return { do: 'assign', bcId, account, by: user(by), user: member, scopes: body.scopes };
  },
  'DELETE business-centers/*/tiktok-accounts/*/members/*': ([bcId, account, member], by) => ({
    do: 'unassign',
    bcId,
    account,
    by: user(by),
    user: member,
  }),
  'DELETE business-centers/*/tiktok-accounts/*': ([bcId, account], by) => ({
    do: 'revoke',
    bcId,
    account,
    by: user(by),
  }),
  'DELETE tiktok-accounts/*/grants/*': ([account, bcId], by) => ({
    do: 'revoke as owner',
    bcId,
    account,
    by: by.type === 'tiktok_account' ? by.id : refuse('no owner'),
  }),
};

const user = (by: Actor): string => (by.type === 'user' ? by.id : refuse('no user'));

function answer(how: 'approve' | 'decline', token: string, by: Actor, world: World): Write {
  const request = world.requests.findIndex((it) => it.token === token);
  if (request < 0 || by.type !== 'tiktok_account') return refuse('no such consent');
  return { do: how, request, account: by.id };
}

/** The write; null = one that touches no fact of which the rules speak. */
export function writeSent(sent: Sent): Write | null {
  const { method, segments, finding } = sent;
  if (method === 'POST' && segments.join('/') === 'relationships/import') return importSent(sent);
  if (segments[0] === 'freezes') return freezeSent(sent);
  const pattern = segments.map((segment, n) => (n % 2 === 1 ? '*' : segment)).join('/');
  if (touchesNoFact(method, segments)) return null;
  if (sent.hasBody && WITHOUT_BODY.test(`${method} ${pattern}`)) finding.doubt();
  const ids = segments.filter((_, n) => n % 2 === 1) as Params;
  const flow = FLOW[`${method} ${pattern}`];
  if (flow) return flow(ids.map((one) => legal(one, finding)) as Params, sent.actor ?? refuse('nobody acts'), sent);
  // What a person may not do, a key may on nobody's behalf alone.
  if (sent.actor) finding.doubt();
  for (const one of ids) legal(one, finding);
  if (method === 'DELETE') return (REMOVALS[pattern] ?? (() => refuse('no such endpoint')))(ids);
  const fact = method === 'PUT' ? PLACES[pattern] : undefined;
  const { ids: names, must, may } = FACTS[fact ?? ''] ?? refuse('no such endpoint');
  const body = bodyOf(sent, patch(must, may)) as object;
  const line = { type: fact, ...Object.fromEntries(names.map((name, n) => [name, ids[n]])), ...body };
  return { do: 'put', line: line as Line };
}

/** R13: by a key alone, or for somebody. */
function freezeSent(sent: Sent): Write {
  const [, type = '', named = '', ...more] = sent.segments;
  const isKind = ['business_center', 'tiktok_account', 'ad_account'].includes(type);
  if (!isKind || named === '' || more.length > 0) return refuse('no such endpoint');
  const thing = { type, id: legal(named, sent.finding) };
  const by = sent.actor ?? null;
  if (sent.method === 'DELETE') {
    if (sent.hasBody) sent.finding.doubt();
    return { do: 'unfreeze', thing, by };
  }
  if (sent.method !== 'PUT') return refuse('no such endpoint');
  bodyOf(sent, closed({ reason: text(1000) }, { until: (_, finding) => finding.doubt() }));
  return { do: 'freeze', thing, by };
}

function touchesNoFact(method: string, [noun, ...rest]: string[]): boolean {
  if (noun === 'entities') return rest.length === 2 && (method === 'PUT' || method === 'DELETE');
  // No rule reads a name.
  if (noun === 'users') return rest.length === 1 && method === 'PUT';
  if (noun !== 'api-keys') return false;
  if (method === 'DELETE') return rest.length === 1;
  return method === 'POST' && (rest.length === 0 || (rest.length === 2 && rest[1] === 'rotate'));
}

function legal(one: string, finding: Finding): string {
  id(one, finding);
  return one;
}

/** A field that is left out stays as it was, so one that is needed may be there already. */
function patch(must: Record<string, Shape>, may: Record<string, Shape>): Shape {
  return (value, finding) => {
    closed({}, { ...must, ...may })(value, finding);
    const lacking = Object.keys(must).filter((name) => !(value as Map<string, Json>).has(name));
    if (lacking.some((name) => name !== 'name' && name !== 'handle')) refuse(`without ${lacking.join(' ')}`);
    if (lacking.length > 0) finding.doubt();
  };
}

function bodyOf({ bytes, finding }: Sent, shape: Shape): unknown {
  const body = readStrictly(bytes());
  shape(body, finding);
  return plain(body);
}

/** A fact a line; what would be refused alone refuses them all. */
function importSent({ bytes, finding, actor }: Sent): Write {
  if (actor) finding.doubt();
  const all = bytes('application/x-ndjson');
  const lines: Line[] = [];
  for (let at = 0; at <= all.length;) {
    const end = all.indexOf('\n', at);
    const line = all.subarray(at, end < 0 ? all.length : end);
    if (line.toString('latin1').trim() === '') finding.doubt();
    else lines.push(lineOf(readStrictly(line), finding));
    at = end < 0 ? all.length + 1 : end + 1;
  }
  if (lines.length === 0) finding.doubt();
  return { do: 'import', lines };
}

function lineOf(line: Json, finding: Finding): Line {
  const type = line instanceof Map ? line.get('type') : refuse('no object');
  const fact = typeof type === 'string' && Object.hasOwn(FACTS, type) ? FACTS[type] : undefined;
  if (!fact) {
    if (type === 'user' || type === 'entity') finding.doubt();
    return refuse('no such fact');
  }
  const ids = Object.fromEntries(fact.ids.map((name) => [name, id]));
  closed({ type: anything, ...ids }, { ...fact.must, ...fact.may })(line, finding);
  patch(fact.must, fact.may)(
    new Map([...(line as Map<string, Json>)].filter(([name]) => !(name in ids) && name !== 'type')),
    finding,
  );
  return plain(line) as Line;
}
