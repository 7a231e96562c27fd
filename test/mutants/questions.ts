import type { Properties, Question } from '../oracle/rules.ts';
import {
  anything,
  closed,
  doubtful,
  Finding,
  flag,
  id,
  oneOf,
  open,
  plain,
  scopes,
  text,
  type Shape,
} from './shapes.ts';
import { Refused, type Json } from './strict-json.ts';

/** What is asked, as it was sent: each question, or why it cannot be answered. */
export type Asked = { question: Question; doubtful: boolean } | { refused: string };

/** A text; one that is no id names nothing, or is refused. */
const name: Shape = (value, finding) => {
  if (typeof value !== 'string' || value === '') throw new Refused('no text');
  doubtfulIfWrong(id)(value, finding);
};

/** Null is as if nothing were sent, or refused. */
const orNull =
  (shape: Shape): Shape =>
  (value, finding) =>
    value === null ? finding.doubt() : shape(value, finding);

const OWN_KINDS = new Set(['business_center', 'tiktok_account', 'ad_account', 'access_request']);

const post = closed(
  {},
  {
    item_id: orNull(name),
    tiktok_account_id: orNull(name),
    visibility: orNull(text()),
    ad_authorization: orNull(flag),
  },
);
const live = closed({}, { live_id: orNull(name) });

/** The action properties of our kinds; what another kind alone knows may be refused or passed over. */
const PROPERTIES: Record<string, Shape> = {
  bc_id: orNull(name),
  advertiser_id: orNull(name),
  user_id: orNull(name),
  scopes: orNull((value, finding) =>
    Array.isArray(value) && value.length === 0 ? finding.doubt() : scopes(value, finding),
  ),
  post: orNull(post),
  live: orNull(live),
};
const OF_KIND: Record<string, string[]> = {
  tiktok_account: Object.keys(PROPERTIES),
  business_center: ['scopes'],
  access_request: [],
};
/** Of which some kind may make use, though no rule names them. */
const ELSEWHERE = new Set(['tiktok_account_id', 'expires_in']);
/** What each action needs; the rest it passes over, or refuses where it makes no sense. */
const NEEDS: Record<string, string[]> = {
  create_spark_ad: ['bc_id', 'advertiser_id', 'post', 'live'],
  assign_member: ['bc_id', 'user_id', 'scopes'],
  request_account_access: ['scopes'],
};

/** Whatever is sent beside ids may have any name, but no member without one. */
const attributes: Shape = (value, finding) => {
  open({})(value, finding);
  if (value instanceof Map && value.has('')) throw new Refused('something without a name');
};
const entity: Shape = open({ type: name, id: name }, { properties: attributes });
const envelope = open(
  { subject: entity, action: open({ name }, { properties: attributes }), resource: entity },
  { context: attributes },
);

/** One question with what it says of itself; a question that the contract leaves open is doubtful. */
export function questionOf(body: Json, search: 'action' | 'resource' | 'subject' | null = null): Asked {
  const finding = new Finding();
  try {
    const whole = search === null ? body : withoutIds(body, search);
    envelope(whole, finding);
    const { subject, action, resource } = plain(whole) as Question & { action: { properties?: Json } };
    const properties = ((whole as Map<string, Json>).get('action') as Map<string, Json>).get('properties');
    const own = OWN_KINDS.has(resource.type);
    if (own && properties instanceof Map) checkProperties(resource.type, action.name, properties, finding);
    const read = own && properties instanceof Map ? (plain(properties) as Properties) : {};
    const question = {
      subject: { type: subject.type, id: subject.id },
      action: { name: action.name, properties: withoutNulls(read) },
      resource: { type: resource.type, id: resource.id },
    };
    return { question, doubtful: finding.doubtful };
  } catch (error) {
    if (error instanceof Refused) return { refused: error.message };
    throw error;
  }
}

/** A search leaves out what it looks for; whatever stands there is passed over. */
function withoutIds(body: Json, search: 'action' | 'resource' | 'subject'): Json {
  if (!(body instanceof Map)) return body;
  const found = body.get(search) ?? (search === 'action' ? new Map<string, Json>() : null);
  if (!(found instanceof Map)) return body;
  return new Map([...body, [search, new Map([...found, [search === 'action' ? 'name' : 'id', 'nothing']])]]);
}

function checkProperties(kind: string, action: string, properties: Map<string, Json>, finding: Finding): void {
  const needs =
    (Object.hasOwn(NEEDS, action) ? NEEDS[action] : undefined) ?? (kind === 'tiktok_account' ? ['bc_id'] : []);
  for (const [property, value] of properties) {
    const shape = Object.hasOwn(PROPERTIES, property) ? PROPERTIES[property] : undefined;
    if (!shape && !ELSEWHERE.has(property)) throw new Refused(`unknown property ${property}`);
    if (!OF_KIND[kind]?.includes(property)) finding.doubt();
    (needs.includes(property) ? (shape ?? anything) : doubtfulIfWrong(shape ?? anything))(value, finding);
  }
  // Case 17: what asks for nothing is no request.
  if (action === 'request_account_access' && properties.has('scopes'))
    orNull(scopes)(properties.get('scopes') as Json, finding);
  if (properties.get('post') == null || properties.get('live') == null) return;
  if (action === 'create_spark_ad') throw new Refused('a post and a live');
  finding.doubt();
}

/** What an action does not need is passed over, though unknown names in it are not. */
function doubtfulIfWrong(shape: Shape): Shape {
  return (value, finding) => {
    try {
      shape(value, finding);
    } catch (error) {
      if (!(error instanceof Refused) || error.message.startsWith('unknown name')) throw error;
      doubtful(shape)(value, finding);
    }
  };
}

function withoutNulls(properties: Properties): Properties {
  const known = JSON.parse(
    JSON.stringify(properties, (_, value: unknown) => (value === null ? undefined : value)),
  ) as Properties;
  return known;
}

export const semantics = oneOf('execute_all', 'deny_on_first_deny', 'permit_on_first_permit');
