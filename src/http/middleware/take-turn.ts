import type { Context as Http } from 'hono';
import { createMiddleware } from 'hono/factory';
import { isLarge, SINGLE } from '../../decision/turns.ts';
import type { Caller, Env } from '../env.ts';

/** Bytes of a body that stand for one evaluation, before it is known how many it holds. */
const BYTES_OF_ONE = 300;

/** A search counts as so many evaluations. */
const SEARCH = 25;

/** Reads the body if there is room, and takes it apart once it is the caller's turn. @throws SparkgateError `unavailable` */
export function takeTurn() {
  return createMiddleware<Env>(async function takeTurnMiddleware(c, next) {
    if (c.req.method !== 'POST' || c.get('underWay') !== undefined) return next();
    const said = Number(c.req.header('Content-Length') ?? 1) || 1;
    c.get('services').turns.requireRoom(callerName(c.get('caller')), sizeOf(c.req.path, said));
    const { byteLength } = await c.req.arrayBuffer();
    return inTurn(c, sizeOf(c.req.path, byteLength), next);
  });
}

function sizeOf(path: string, bytes: number): number {
  if (path.startsWith('/access/v1/search/')) return SEARCH;
  return path === '/access/v1/evaluations' ? Math.ceil(bytes / BYTES_OF_ONE) : SINGLE;
}

/** Does what takes so many evaluations once it is the caller's turn, unless one has come that is good for it. */
export async function inTurn<T>(c: Http<Env>, size: number, run: () => Promise<T>): Promise<T> {
  const taken = c.get('turn') as number | undefined;
  if (taken !== undefined && (isLarge(taken) || !isLarge(size))) return run();
  return c.get('services').turns.run(callerName(c.get('caller')), size, async () => {
    c.set('turn', size);
    return run();
  });
}

/** By whom turns are counted. */
export function callerName({ key, actor }: Caller): string {
  if (key !== null) return `key ${key.id}`;
  return actor.type === 'operator' ? 'operator' : `${actor.type} ${actor.id}`;
}
