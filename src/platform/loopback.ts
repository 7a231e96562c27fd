/**
 * Whether a host is this machine itself: `localhost` and names below it (RFC 6761, section 6.3), 127.0.0.0/8 and ::1.
 * @param host in lower case, without a port; an IPv6 address with brackets or without
 */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  return host === '::1' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
