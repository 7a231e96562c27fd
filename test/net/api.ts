import { bearer, type Callers } from './checks.ts';
import { ENDPOINTS, type Endpoint } from './endpoints.ts';
import { record, send, type Sent } from './http.ts';
import type { Recording } from './recording.ts';

type Json = Record<string, unknown>;
type Good = Sent & { headers: Record<string, string> };

/** Every endpoint for each caller, and with everything that can be wrong with a request. */
export async function recordApi(recording: Recording, url: string, callers: Callers): Promise<void> {
  for (const endpoint of ENDPOINTS) {
    const ask = async (what: string, changes: Partial<Sent>): Promise<void> => {
      const sent = await fill(url, endpoint, { ...sentTo(endpoint), ...changes });
      await record(recording, url, `api ${endpoint.method} ${endpoint.path} ${what}`, sent);
    };
    for (const [name, headers] of Object.entries(callers))
      await ask(`by ${name}`, { headers: asCaller(endpoint, headers) });
    await ask('by nobody', { headers: asCaller(endpoint, {}) });
    for (const [what, changes] of spoilt(endpoint)) await ask(what, changes);
  }
}

/** What is described, an exchange an operation and a schema. */
export async function recordDescription(recording: Recording, url: string): Promise<void> {
  const { text } = await send(url, { method: 'GET', path: '/openapi.json' });
  const { paths, components, ...rest } = JSON.parse(text) as { paths: Json; components: Json };
  recording.add('openapi', rest, undefined, 'prose');
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(operations as Json)) {
      recording.add(`openapi ${method.toUpperCase()} ${path}`, operation, undefined, 'prose');
    }
  }
  for (const [sort, named] of Object.entries(components)) {
    for (const [name, it] of Object.entries(named as Json))
      recording.add(`openapi ${sort} ${name}`, it, undefined, 'prose');
  }
}

function sentTo({ method, path, body, actor, type = 'application/json' }: Endpoint): Good {
  return {
    method,
    path,
    headers: {
      ...bearer(),
      ...(actor !== undefined && { 'X-Actor': actor }),
      ...(body !== undefined && { 'Content-Type': type }),
    },
    body: body === undefined ? undefined : asText(body),
  };
}

/** A key calls for the actor whom the endpoint needs, unless it is told for whom; a token is its own subject. */
function asCaller(endpoint: Endpoint, headers: Record<string, string>): Record<string, string> {
  const { Authorization: _, ...usual } = sentTo(endpoint).headers;
  const person = headers['Authorization']?.startsWith('Bearer ey') ?? false;
  if (person) delete usual['X-Actor'];
  return { ...usual, ...headers };
}

/** Puts a new access request or key where the path needs one. */
async function fill(url: string, { path: pattern }: Endpoint, sent: Sent): Promise<Sent> {
  if (!/\{(?:request|token|key)\}/.test(pattern)) return sent;
  const make = async (path: string, body: object, actor?: string): Promise<{ id: string; consent_url?: string }> => {
    const { text } = await send(url, sentTo({ method: 'POST', path, body, ...(actor !== undefined && { actor }) }));
    return JSON.parse(text) as { id: string };
  };
  const { id, consent_url = '' } = pattern.includes('{key}')
    ? await make('/v1/api-keys', { name: 'spare', permissions: ['check'] })
    : await make('/v1/business-centers/bc1/access-requests', { scopes: ['LIVE', 'POST'] }, 'user:adm');
  const token = consent_url.split('/').at(-1) ?? '';
  return { ...sent, path: sent.path.replace(/\{(?:request|key)\}/, id).replace('{token}', token) };
}

/** What can be wrong with a good request, and what is only unusual. */
function* spoilt(endpoint: Endpoint): Generator<[what: string, changes: Partial<Sent>]> {
  const { path, body, method } = endpoint;
  const { headers, body: text } = sentTo(endpoint);
  yield ['in Chinese', { headers: { ...headers, 'Accept-Language': 'zh-CN' } }];
  for (const other of ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']) {
    if (other !== method) yield [`but ${other}`, { method: other, body: undefined }];
  }
  yield ['with an unknown parameter', { path: `${path}${path.includes('?') ? '&' : '?'}nonsense=1` }];
  for (const actor of ['nobody', 'robot:1', 'user:', 'user:nobody-knows', 'tiktok_account:other', 'user:ext']) {
    yield [`for ${actor}`, { headers: { ...headers, 'X-Actor': actor } }];
  }
  yield ['at a long id', { path: path.replace(/[^/?]+(?=\?|$)/, 'x'.repeat(129)) }];
  yield ['at an unknown id', { path: path.replace(/bc1|adv1|brand|\{\w+\}/, 'nobody-knows') }];
  yield ['at an id with a control', { path: path.replace(/bc1|adv1|brand|new|\{\w+\}/, '%00') }];
  yield ['with a request id', { headers: { ...headers, 'X-Request-ID': 'x'.repeat(129) } }];
  yield ['at a revision', { headers: { ...headers, 'X-Sparkgate-Revision': '999999999' } }];
  if (method === 'GET') {
    for (const query of ['limit=2', 'limit=0', 'limit=201', 'limit=x', 'cursor=x', 'limit=1&limit=2']) {
      yield [`with ${query}`, { path: `${path}${path.includes('?') ? '&' : '?'}${query}` }];
    }
    return;
  }
  yield [
    'with an unneeded body',
    { headers: { ...headers, 'Content-Type': 'application/json' }, body: '{"nonsense":1}' },
  ];
  if (body === undefined) return;
  yield ['without a body', { body: undefined }];
  yield ['as text', { headers: { ...headers, 'Content-Type': 'text/plain' } }];
  yield ['in latin-1', { headers: { ...headers, 'Content-Type': `${headers['Content-Type']}; charset=iso-8859-1` } }];
  yield ['as gzip that is none', { headers: { ...headers, 'Content-Encoding': 'gzip' } }];
  yield ['as brotli', { headers: { ...headers, 'Content-Encoding': 'br' } }];
  yield ['cut off', { body: (text as string).slice(0, -1) }];
  for (const other of ['[]', 'null', '"x"', '{}', '{"a":1,"a":2}']) yield [`with ${other}`, { body: other }];
  if (typeof body === 'object')
    for (const [what, changed] of changedMembers(body as Json)) yield [what, { body: asText(changed) }];
}

/** A body with each of its members left out, null, or of another type, and with one more; two levels deep. */
function* changedMembers(body: Json, at = '', put: (inner: Json) => Json = (it) => it): Generator<[string, Json]> {
  yield [`with an unknown member in ${at}/`, put({ ...body, nonsense: 1 })];
  for (const [name, value] of Object.entries(body)) {
    const { [name]: _, ...left } = body;
    yield [`without ${at}/${name}`, put(left)];
    for (const other of [null, 17, '', 'x'.repeat(129), [], ['POST', 'FLY'], { nonsense: 1 }, true]) {
      yield [`with ${at}/${name} ${JSON.stringify(other).slice(0, 20)}`, put({ ...body, [name]: other })];
    }
    const within = (inner: Json): Json => put({ ...body, [name]: inner });
    if (at === '' && isObject(value)) yield* changedMembers(value, `${at}/${name}`, within);
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}
