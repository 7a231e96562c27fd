import type { Context as Http } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import type { SignedInActor } from '../../domain/sign-ins/entity.ts';
import type { Env } from '../env.ts';

/** Each kind of person has a cookie of its own: one browser may be signed in as a user and as a TikTok account. */
export function sessionCookie(c: Http<Env>, audience: SignedInActor['type']): string | null {
  return read(c, nameOf(audience));
}

/** Ends with the browser; how long it counts at the most is up to the sign-in itself. */
export function setSessionCookie(c: Http<Env>, audience: SignedInActor['type'], token: string): void {
  write(c, nameOf(audience), token, {});
}

export function dropSessionCookie(c: Http<Env>, audience: SignedInActor['type']): void {
  drop(c, nameOf(audience));
}

/** Whether cookies go over https alone: everywhere but on a plain-http loopback address. */
export function isSecure(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl);
  return protocol === 'https:' || !isLoopback(hostname);
}

/** Names and addresses that never leave the machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

function nameOf(audience: SignedInActor['type']): string {
  return `sparkgate_${audience}`;
}

/** A cookie of ours; with `__Host-` before its name, no other host or plain-http page can have set it. */
export function read(c: Http<Env>, name: string): string | null {
  const secure = isSecure(c.get('services').publicUrl());
  return (secure ? getCookie(c, name, 'host') : getCookie(c, name)) ?? null;
}

export function write(c: Http<Env>, name: string, value: string, options: Pick<CookieOptions, 'maxAge'>): void {
  setCookie(c, name, value, { ...attributes(c), ...options });
}

export function drop(c: Http<Env>, name: string): void {
  deleteCookie(c, name, attributes(c));
}

function attributes(c: Http<Env>): CookieOptions {
  const common = { path: '/', httpOnly: true, sameSite: 'Lax' } as const;
  return isSecure(c.get('services').publicUrl()) ? { ...common, secure: true, prefix: 'host' } : common;
}
