/** Characters that are told back of what a caller made up. */
export const LONGEST_SHOWN = 128;

/** A JSON Pointer (RFC 6901) to what these names and indexes lead to; '' is the whole. Long names are cut. */
export function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${shown(String(part)).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The text, or its beginning where it is long. */
export function shown(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN).toWellFormed()}…` : text;
}
