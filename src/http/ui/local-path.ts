const HERE = 'http://here.invalid';

/** The path to go on to, if it is one of this service; otherwise `otherwise`. No redirect ever leaves the service. */
export function localPath(wanted: unknown, otherwise: string): string {
  if (typeof wanted !== 'string' || !/^\/(?![/\\])/.test(wanted) || wanted.length > 2048) return otherwise;
  if (!URL.canParse(wanted, HERE)) return otherwise;
  const url = new URL(wanted, HERE);
  // Parsing drops tabs and newlines and resolves dots, so what it made is looked at, and what it made is used.
  return url.origin === HERE && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}` : otherwise;
}
