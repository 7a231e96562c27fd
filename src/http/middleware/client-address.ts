import { isIPv4, isIPv6 } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Env } from '../env.ts';

/**
 * The network that a request comes from: an IPv4 address, or the /64 of an IPv6 one, since a household has a whole /64.
 * @param trustedProxies how many proxies of ours stand before the service and append to `X-Forwarded-For`; what stands
 * further left in it anybody can write
 */
export function clientNetwork(c: Context<Env>, trustedProxies: number): string {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  const direct = incoming?.socket.remoteAddress ?? '';
  const forwarded = (c.req.header('X-Forwarded-For') ?? '').split(',').map((address) => address.trim());
  return networkOf(trustedProxies === 0 ? direct : (forwarded.at(-trustedProxies) ?? direct));
}

/** `unknown` for what is no address: all of those share one. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1] ?? address;
  if (isIPv4(mapped)) return mapped;
  if (!isIPv6(address)) return 'unknown';
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const between = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0');
  const groups = [...before, ...between, ...after].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
