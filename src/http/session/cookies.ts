import type { Context as Http } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import { isLoopback } from '../../platform/loopback.ts';
import type { Env } from '../env.ts';

/** A cookie of ours. Its name over the wire is known here alone, so what is written is what is read. */
export interface Cookie {
  read: (c: Http<Env>) => string | null;
  write: (c: Http<Env>, value: string) => void;
  drop: (c: Http<Env>) => void;
}

/** Cookies of which each belongs to one flow, such as one sign-in that was begun: several go on side by side. */
export interface FlowCookies {
  read: (c: Http<Env>, flow: string) => string | null;
  /** The values of the flows that are under way. */
  all: (c: Http<Env>) => Map<string, string>;
  write: (c: Http<Env>, flow: string, value: string) => void;
  drop: (c: Http<Env>, flow: string) => void;
}

/** @param lasts seconds; without it the cookie ends with the browser */
export function cookie(name: string, lasts?: number): Cookie {
  return {
    read: (c) => (isSecure(c) ? getCookie(c, name, 'host') : getCookie(c, name)) ?? null,
    write: (c, value) => setCookie(c, name, value, { ...attributes(c), ...(lasts !== undefined && { maxAge: lasts }) }),
    drop: (c) => void deleteCookie(c, name, attributes(c)),
  };
}

/** So many bytes of one kind at the most: Node takes headers of 16 KB in all. */
const MOST_BYTES = 3500;

/**
 * The oldest flows give way where there are more than `most`, or where their cookies grow too large together.
 * @param lasts seconds
 */
export function flowCookies(prefix: string, { lasts, most }: { lasts: number; most: number }): FlowCookies {
  const of = (flow: string): Cookie => cookie(`${prefix}_${flow}`, lasts);
  const all = (c: Http<Env>): Map<string, Stamped> => {
    const start = `${isSecure(c) ? '__Host-' : ''}${prefix}_`;
    const named = Object.entries(getCookie(c)).filter(([name]) => name.startsWith(start));
    return new Map(named.map(([name, value]) => [name.slice(start.length), stamped(value)]));
  };
  return {
    read: (c, flow) => (FLOW.test(flow) ? valueIn(of(flow).read(c)) : null),
    all: (c) => new Map([...all(c)].map(([flow, { value }]) => [flow, value])),
    write: (c, flow, value) => {
      let bytes = value.length;
      let count = 1;
      const others = [...all(c)].filter(([name]) => name !== flow).toSorted(([, a], [, b]) => b.at - a.at);
      for (const [name, other] of others) {
        count += 1;
        bytes += other.value.length;
        if (count > most || bytes > MOST_BYTES) of(name).drop(c);
      }
      of(flow).write(c, `${Date.now().toString(36)}.${value}`);
    },
    drop: (c, flow) => of(flow).drop(c),
  };
}

/** What may stand in the name of a cookie. */
const FLOW = /^[\w-]{1,64}$/;

/** A value and when it was written, in milliseconds, by which the oldest is known; nothing else rests on that. */
interface Stamped {
  at: number;
  value: string;
}

function stamped(text: string): Stamped {
  const [, at = '0', value = ''] = /^([\da-z]{1,10})\.(.*)$/s.exec(text) ?? [];
  return { at: Number.parseInt(at, 36), value };
}

function valueIn(text: string | null): string | null {
  return text === null ? null : stamped(text).value;
}

/** With `__Host-` before the name, no other host and no plain-http page can have set the cookie. */
function attributes(c: Http<Env>): CookieOptions {
  const common = { path: '/', httpOnly: true, sameSite: 'Lax' } as const;
  return isSecure(c) ? { ...common, secure: true, prefix: 'host' } : common;
}

function isSecure(c: Http<Env>): boolean {
  return hasSecureCookies(c.get('services').publicUrl());
}

/** Whether cookies go over https alone: everywhere but on a plain-http loopback address. */
export function hasSecureCookies(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl);
  return protocol === 'https:' || !isLoopback(hostname);
}
