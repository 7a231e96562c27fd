/**
 * Whether two spellings name one issuer: they may differ in their last slash, and in what no URL tells apart (the case
 * of the host, the port that goes without saying). Whose keys a token is verified with does not depend on the spelling.
 */
export function sameIssuer(one: string, other: string): boolean {
  return one === other || (canonical(one) !== null && canonical(one) === canonical(other));
}

/** Null for what can be no issuer (OpenID Connect Discovery 1.0, section 3). */
function canonical(issuer: string): string | null {
  if (!URL.canParse(issuer)) return null;
  const { protocol, origin, pathname, search, hash, username, password } = new URL(issuer);
  if (!/^https?:$/.test(protocol) || search + hash + username + password !== '') return null;
  return `${origin}${pathname.replace(/\/$/, '')}`;
}
