import { isIPv4, isIPv6 } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Env } from '../env.ts';

/**
 * Whom a request is counted for: the network that it comes from, which is an IPv4 address, or the /64 of an IPv6 one,
 * since a household has a whole /64. What the trusted proxy gives a name of its own counts by that name; where it names
 * nothing that can be told apart, its own address counts.
 * @param trustedProxies how many proxies of ours stand before the service and append to `X-Forwarded-For`; what stands
 * further left in it anybody can write
 */
export function clientNetwork(c: Context<Env>, trustedProxies: number): string {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  const direct = networkOf(incoming?.socket.remoteAddress ?? '') ?? 'unknown';
  if (trustedProxies === 0) return direct;
  const forwarded = (c.req.header('X-Forwarded-For') ?? '').split(',');
  return nodeOf(forwarded.at(-trustedProxies) ?? '') ?? direct;
}

/** A port, or what stands for one, after an address or a name. */
const PORT = /:[\w.-]{1,64}$/;

/** A name that a proxy gives in the place of an address (RFC 7239, section 6.3). */
const NAME = /^_[\w.-]{1,64}$/;

/**
 * The network in one entry of `X-Forwarded-For`, such as `203.0.113.7:51234` or `[2001:db8::1]:443`, or the name there;
 * null for what tells nobody apart.
 */
function nodeOf(entry: string): string | null {
  const text = entry.trim().replace(/^"(.*)"$/, '$1');
  const bare = networkOf(text);
  if (bare !== null) return bare;
  const node = text.replace(PORT, '');
  if (NAME.test(node)) return node.toLowerCase();
  return networkOf(node.replace(/^\[(.*)\]$/, '$1'));
}

/** Null for what is no address. */
export function networkOf(address: string): string | null {
  const [bare = ''] = address.split('%');
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return null;
  // The form that URLs give every IPv6 address: hexadecimal, with the longest run of zeros left out.
  const groups = groupsOf(new URL(`http://[${bare}]`).hostname.slice(1, -1));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return mapped(groups);
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight groups of an IPv6 address without a dotted part. */
function groupsOf(address: string): number[] {
  const [before = [], after = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const between = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...between, ...after].map((group) => Number.parseInt(group, 16));
}

/** The IPv4 address in an IPv6 one (RFC 4291, section 2.5.5.2). */
function mapped(groups: readonly number[]): string {
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.');
}
