import { createHash } from 'node:crypto';
import type { Context as Http } from 'hono';
import { invalid } from '../domain/closed.ts';
import { actorName, type Context } from '../domain/context.ts';
import { carryOutOnce, type CarriedOut } from '../domain/submissions/carry-out-once.ts';
import type { Written } from '../domain/transact.ts';
import { percentDecoded } from '../platform/header-text.ts';
import type { Env } from './env.ts';
import { ifMatchOf, requireNoMatch } from './if-match.ts';
import { contextOf } from './validation.ts';

const KEY_HEADER = 'Idempotency-Key';

/** SHA-256 of a body that has come in, or will. */
type Digest = () => Promise<Buffer>;

/**
 * Runs the verb of a write. With an `Idempotency-Key` it is carried out once in 24 hours by this caller at this path:
 * sent again it gets the same answer, and nothing is done.
 * @param keep what the answer needs of the result: never a secret
 * @throws SparkgateError `invalid_request` for a key that is none, `unprocessable` for one that came with another body
 */
export async function once<Result, Kept>(
  c: Http<Env>,
  verb: (ctx: Context) => Promise<Written<Result>>,
  keep: (result: Result) => Kept,
  body: Digest = bodyOf(c),
): Promise<CarriedOut<Result, Kept>> {
  requireNoMatch(c);
  return onceIn(c, contextOf(c), verb, keep, body);
}

async function onceIn<Result, Kept>(
  c: Http<Env>,
  ctx: Context,
  verb: (ctx: Context) => Promise<Written<Result>>,
  keep: (result: Result) => Kept,
  body: Digest,
): Promise<CarriedOut<Result, Kept>> {
  const text = keyOf(c);
  if (text === null) {
    const { result, revision } = await verb(ctx);
    return { result: keep(result), revision, now: result };
  }
  const key = digest(JSON.stringify([text, ctx.key?.id ?? null, actorName(ctx.actor), c.req.method, pathOf(c)]));
  const { search } = new URL(c.req.url);
  const sent = async (): Promise<Buffer> => digest(Buffer.concat([digest(search), await body()]));
  return carryOutOnce(ctx, { key, sent }, verb, keep);
}

/** The same for a write whose answer holds no secret. */
export async function onceInFull<Result>(
  c: Http<Env>,
  verb: (ctx: Context) => Promise<Written<Result>>,
): Promise<Written<Result>> {
  return once(c, verb, (result) => result);
}

/** The same for a change of one fact, which takes `If-Match` (RFC 9110, 13.1.1). @throws SparkgateError `precondition_failed` */
export async function changeOnce<Result>(
  c: Http<Env>,
  verb: (ctx: Context) => Promise<Written<Result>>,
): Promise<Written<Result>> {
  const ifMatch = ifMatchOf(c);
  const ctx = { ...contextOf(c), ...(ifMatch !== null && { ifMatch }) };
  return onceIn(c, ctx, verb, (result) => result, bodyOf(c));
}

const bodyOf =
  (c: Http<Env>): Digest =>
  async () =>
    digest(new Uint8Array(await c.req.arrayBuffer()));

/** The key that came along; null where none did. */
export function keyOf(c: Http<Env>): string | null {
  const sent = c.req.header(KEY_HEADER);
  if (sent === undefined) return null;
  if (/^[\x20-\x7e]{1,128}$/.test(sent)) return sent;
  throw invalid([{ pointer: KEY_HEADER, message: 'takes 1 to 128 characters of ASCII' }]);
}

/** Part by part, so that one path has one key however it is encoded. */
function pathOf(c: Http<Env>): string[] {
  const { pathname } = new URL(c.req.url);
  return pathname.split('/').map((part) => percentDecoded(part) ?? part);
}

function digest(content: string | Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}
