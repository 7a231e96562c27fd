import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Env } from '../env.ts';

const METHODS = ['get', 'put', 'post', 'delete'] as const;

/** What is added to an operation; its own type is the generator's. */
interface Operation {
  parameters?: object[];
  responses?: Record<string, { headers?: object }>;
}

const header = (name: string, description: string, required = false) => ({
  name,
  in: 'header',
  required,
  description,
  schema: { type: 'string' },
});
const REQUEST_ID = header(
  'X-Request-ID',
  '1 to 128 characters, percent-encoded as UTF-8 where not ASCII; comes back as it was sent. Otherwise one is made',
);
const AT_LEAST = header('X-Sparkgate-Revision', 'Decide on relationships at least as fresh as this revision');
const ANSWERED = { 'X-Request-ID': { schema: { type: 'string' } } };
const WRITTEN = { ...ANSWERED, 'X-Sparkgate-Revision': { schema: { type: 'string' } } };

/** The OpenAPI document of the application, with the headers that middleware reads and writes. */
export function describe(app: OpenAPIHono<Env>, url: string, personal: (path: string) => boolean): unknown {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Sparkgate',
      version: '0.1.0',
      description: 'Who may use which TikTok account for Spark Ads, decided by policies over stored relationships.',
    },
    servers: [{ url }],
  });
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) addHeaders(path, method, item[method], personal(path));
  }
  return withoutFlags(document);
}

function addHeaders(path: string, method: string, operation: Operation | undefined, personal: boolean): void {
  if (!operation) return;
  const actor = header(
    'X-Actor',
    'Who acts: user:<id> or tiktok_account:<id>, percent-encoded UTF-8; a % of the id itself is sent as %25',
    personal,
  );
  const called = path.startsWith('/v1/');
  operation.parameters = [
    ...(operation.parameters ?? []),
    REQUEST_ID,
    ...(called ? [actor] : []),
    ...(path.startsWith('/access/v1/evaluation') ? [AT_LEAST] : []),
  ];
  const headers = called && method !== 'get' ? WRITTEN : ANSWERED;
  for (const response of Object.values(operation.responses ?? {})) response.headers = headers;
}

/** JSON Schema's patterns have no delimiters and no flags; the generator leaves zod's flags behind them. */
function withoutFlags(document: object): unknown {
  const text = JSON.stringify(document, (key, value: unknown) =>
    key === 'pattern' && typeof value === 'string' ? value.replace(/\/[dgimsuvy]+$/, '') : value,
  );
  return JSON.parse(text);
}
