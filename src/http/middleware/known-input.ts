import { z, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context as Http } from 'hono';
import { createMiddleware } from 'hono/factory';
import { closed, faultsOf, invalid, unknownName } from '../../domain/closed.ts';
import type { FieldError } from '../../domain/errors.ts';
import { readJsonBytes } from '../../domain/strict-json.ts';
import { percentDecoded } from '../../platform/header-text.ts';
import type { Env } from '../env.ts';
import { routeOf } from './request-log.ts';

/** What an operation takes besides its path. */
interface Operation {
  query: readonly string[];
  /** Names in the query that may be given several times. */
  several: readonly string[];
  body: boolean;
}

/**
 * Refuses what an operation does not take, as the OpenAPI document tells it: names in the query that it does not know or
 * gets twice, and a body where there is none to send. Passed over, `?dryrun=true` would be a run in earnest.
 */
export function knownInput({ openAPIRegistry }: Pick<OpenAPIHono<Env>, 'openAPIRegistry'>) {
  let operations: ReadonlyMap<string, Operation> | null = null;
  return createMiddleware<Env>(async function knownInputMiddleware(c, next) {
    operations ??= operationsIn(openAPIRegistry.definitions);
    const method = c.req.method === 'HEAD' ? 'GET' : c.req.method;
    const operation = operations.get(`${method} ${routeOf(c)}`);
    if (operation) {
      requireQuery(c, operation);
      if (!operation.body) await requireNoBody(c);
    }
    await next();
  });
}

type Definitions = OpenAPIHono<Env>['openAPIRegistry']['definitions'];

function operationsIn(definitions: Definitions): Map<string, Operation> {
  return new Map(
    definitions.flatMap((definition): [string, Operation][] => {
      if (definition.type !== 'route') return [];
      const { method, path, request } = definition.route;
      const shape = request?.query instanceof z.ZodObject ? request.query.shape : {};
      const query = Object.keys(shape);
      const several = query.filter((name) => isList(shape[name]));
      const route = path.replaceAll(/\{(\w+)\}/g, ':$1');
      return [[`${method.toUpperCase()} ${route}`, { query, several, body: request?.body !== undefined }]];
    }),
  );
}

/** Whether a parameter is read as a list. */
function isList(schema: unknown): boolean {
  const read = schema instanceof z.ZodPipe ? schema.out : schema;
  return (read instanceof z.ZodOptional ? read.unwrap() : read) instanceof z.ZodArray;
}

function requireQuery(c: Http<Env>, { query: known, several }: Operation): void {
  const at = c.req.url.indexOf('?');
  if (at === -1) return;
  const text = c.req.url.slice(at + 1);
  if (percentDecoded(text.replaceAll('+', ' ')) === null) {
    throw invalid([{ pointer: 'query', message: 'is not well-formed percent-encoded UTF-8' }]);
  }
  const names = [...new URLSearchParams(text).keys()];
  const faults = names.flatMap((pointer, index): FieldError[] => {
    if (!known.includes(pointer)) return [{ pointer, message: unknownName(pointer, known) }];
    return names.indexOf(pointer) < index && !several.includes(pointer)
      ? [{ pointer, message: 'is given more than once' }]
      : [];
  });
  if (faults.length > 0) throw invalid(faults);
}

const Nothing = closed({});

/** An empty object is as good as nothing: many clients send one with every POST. */
async function requireNoBody(c: Http<Env>): Promise<void> {
  const bytes = new Uint8Array(await c.req.arrayBuffer());
  if (bytes.every((byte) => byte <= 0x20)) return;
  const sent = Nothing.safeParse(readJsonBytes(bytes));
  if (!sent.success) throw invalid(faultsOf(sent.error));
}
