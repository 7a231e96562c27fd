import type { OpenAPIHono } from '@hono/zod-openapi';
import type { KindActions } from '../../decision/decide.ts';
import { titleOf } from '../../domain/messages/messages.ts';
import { schemaPrefix } from '../authzen/documented.ts';
import type { Env } from '../env.ts';
import { PROBLEM_TYPE, PROBLEMS } from '../problem.ts';
import { actionExamples } from './action-examples.ts';
import { ACTOR, IDEMPOTENCY_KEY, IF_MATCH, REQUEST_ID, REVISION, REVISIONS } from './header-patterns.ts';

const METHODS = ['get', 'put', 'post', 'delete'] as const;
type Method = (typeof METHODS)[number];

/** The parts of the generator's document that are added to. */
interface Document {
  paths: Record<string, Partial<Record<Method, Operation>>>;
  components: { schemas: Record<string, { properties?: Record<string, object> }> };
}
interface Operation {
  parameters?: object[];
  requestBody?: { content: Record<string, object> };
  responses: Record<string, object>;
  security?: object[];
}

/** What is asked of the application besides its routes. */
export interface Described {
  url: string;
  /** Whether a person has to make a call of the document. */
  personal: (method: string, path: string) => boolean;
  /** Whether calls of a path are counted, and refused beyond so many a minute. */
  rated: (method: string, path: string) => boolean;
  /** The kinds of the policies and the actions that they name. */
  actions: KindActions;
}

const header = (name: string, description: string, schema: object, required = false) => ({
  name,
  in: 'header',
  required,
  description,
  schema: { type: 'string', ...schema },
});

const PARAMETERS = {
  RequestId: header(
    'X-Request-ID',
    'At most 128 characters, percent-encoded as UTF-8 where not ASCII; comes back as it was sent. One is made where it is missing or empty.',
    { pattern: REQUEST_ID },
  ),
  Language: header('Accept-Language', 'The language of sentences for people: en or zh-CN', {}),
  Revision: header(
    'X-Sparkgate-Revision',
    'Decide on relationships at least as fresh as each of these revisions, separated by commas, or answer 412',
    { pattern: REVISIONS },
  ),
  Consistency: header(
    'Sparkgate-Consistency',
    'bounded: the answer may come from memory, on facts that are STALENESS_LIMIT (5 seconds unless set) old at most. Without it every write that was acknowledged before is seen.',
    { enum: ['bounded'] },
  ),
  Actor: header(
    'X-Actor',
    'Who acts: user:<id> or tiktok_account:<id>, percent-encoded as UTF-8; a % of the id itself is sent as %25',
    { pattern: ACTOR },
  ),
  RequiredActor: header(
    'X-Actor',
    'Who acts, as elsewhere. Required of an API key; an access token acts as its own subject.',
    { pattern: ACTOR },
    true,
  ),
  IfMatch: header(
    'If-Match',
    'Entity tags that GET of this path answered, revisions that writes answered, or *: if the fact has changed since, or is gone, the answer is 412 and nothing happens',
    { pattern: IF_MATCH },
  ),
  IdempotencyKey: header(
    'Idempotency-Key',
    'With one, this caller carries the write out once here in 24 hours: sent again with the same body it gets the same answer, and nothing is done; with another body 422. An answer with an API key is not given again: that is a 409 which names the key.',
    { pattern: IDEMPOTENCY_KEY },
  ),
};
const parameter = (name: keyof typeof PARAMETERS) => ({ $ref: `#/components/parameters/${name}` });

const told = (description: string, schema: object = {}) => ({ description, schema: { type: 'string', ...schema } });
const HEADERS = {
  'X-Request-ID': told('That of the request, or a fresh one'),
  'X-Sparkgate-Revision': told('The revision of this write', { pattern: REVISION }),
  ETag: told('Changes whenever the fact does (RFC 9110, 8.8.3)'),
  'Content-Language': told('The language of sentences for people'),
  'Retry-After': told('Seconds after which another try may succeed'),
  'WWW-Authenticate': told('How to come in (RFC 6750)'),
  Allow: told('The methods that the path takes'),
  'Accept-Encoding': told('The content encodings that are taken'),
};
const headers = (...names: (keyof typeof HEADERS)[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** Headers beside `X-Request-ID` and `Content-Language`, by status. */
const OF_STATUS: Record<number, (keyof typeof HEADERS)[]> = {
  401: ['WWW-Authenticate'],
  405: ['Allow'],
  415: ['Accept-Encoding'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

/** What is said of a status beyond the titles of its codes. */
const MORE: Record<number, string> = {
  405: 'To any other method than the path takes',
  421: 'To a request with a cookie by a name that this service does not have',
  503: 'The database or the policy decision point does not answer: a check, a batch or a search that waits for Cerbos longer than CERBOS_TIMEOUT (5 seconds unless set) ends here. Nothing was decided.',
};

/** A response for each status of a problem: what it means, and its codes. */
const RESPONSES = Object.fromEntries(
  [...Map.groupBy(Object.entries(PROBLEMS), ([, { status }]) => status)].map(([status, problems]) => [
    `Problem${status}`,
    {
      description: [
        ...problems.map(([code]) => `${titleOf(code as keyof typeof PROBLEMS, 'en')} (${code})`),
        ...(MORE[status] === undefined ? [] : [MORE[status]]),
      ].join('. '),
      headers: headers('X-Request-ID', 'Content-Language', ...(OF_STATUS[status] ?? [])),
      content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  ]),
);

/** The OpenAPI document of the application, with what middleware reads, writes and answers. */
export function describe(app: OpenAPIHono<Env>, described: Described): object {
  const generated = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Sparkgate', version: '0.1.0', description: ABOUT },
    servers: [{ url: described.url }],
  });
  const document = JSON.parse(JSON.stringify(generated)) as Document;
  for (const [path, item] of Object.entries(document.paths)) {
    const changes = JSON.stringify(item.get?.responses ?? null).includes('"ETag"');
    for (const method of METHODS) if (item[method]) complete(item[method], { path, method, changes }, described);
  }
  addActions(document, described.actions);
  Object.assign(document.components, { parameters: PARAMETERS, headers: HEADERS, responses: RESPONSES });
  return document;
}

const ABOUT =
  'Who may use which TikTok account for Spark Ads, decided by policies over stored relationships. JSON is UTF-8; a name ' +
  'stands once in an object and is not __proto__; a number comes back from a double as the same value, and others are ' +
  'sent as text. What schemas cannot say is a 400 that names the place.';

/** @param at whether PUT and DELETE of the path change a fact that GET answers with its entity tag */
function complete(
  operation: Operation,
  at: { path: string; method: Method; changes: boolean },
  described: Described,
): void {
  const secured = operation.security !== undefined;
  const check = at.path.startsWith('/access/');
  const written = at.path.startsWith('/v1/') && at.method !== 'get';
  const matches = at.changes && (at.method === 'put' || at.method === 'delete');
  operation.parameters = [
    ...(operation.parameters ?? []),
    parameter('RequestId'),
    parameter('Language'),
    ...(secured ? [parameter(described.personal(at.method, at.path) ? 'RequiredActor' : 'Actor')] : []),
    ...(check ? [parameter('Revision')] : []),
    ...(at.path.startsWith('/access/v1/evaluation') ? [parameter('Consistency')] : []),
    ...(written ? [parameter('IdempotencyKey')] : []),
    ...(matches ? [parameter('IfMatch')] : []),
  ];
  const answered = headers('X-Request-ID', ...(written ? (['X-Sparkgate-Revision'] as const) : []));
  for (const response of Object.values(operation.responses)) {
    const isTagged = 'headers' in response;
    Object.assign(response, { headers: { ...answered, ...(isTagged && headers('ETag')) } });
  }
  const looksUp = check || at.path.includes('{') || JSON.stringify(operation.parameters).includes('"cursor"');
  const statuses = [
    400,
    405,
    408,
    421,
    431,
    500,
    ...(secured ? [401, 403, 503] : []),
    ...(looksUp ? [404] : []),
    ...(written ? [409] : []),
    ...(check || matches ? [412] : []),
    ...(at.method === 'get' ? [] : [413, 415]),
    ...(operation.requestBody || written ? [422] : []),
    ...(described.rated(at.method, at.path) ? [429] : []),
  ];
  for (const it of statuses) operation.responses[it] ??= { $ref: `#/components/responses/Problem${it}` };
}

/** Names every action of the policies at its kind, with an example of each. */
function addActions({ paths, components }: Document, actions: KindActions): void {
  for (const [prefix, kinds] of Map.groupBy(actions, ([kind]) => schemaPrefix(kind))) {
    const { name } = components.schemas[`${prefix}Action`]?.properties ?? {};
    if (name) Object.assign(name, { examples: [...new Set(kinds.flatMap(([, names]) => names))] });
  }
  const body = paths['/access/v1/evaluation']?.post?.requestBody?.content['application/json'];
  if (body) Object.assign(body, { examples: actionExamples(actions) });
}
