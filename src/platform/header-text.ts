/** The text of a header whose bytes are UTF-8, which Node hands on as Latin-1; null where they are none. */
export function utf8In(header: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return null;
  }
}

/** Text that may be percent-encoded as UTF-8, decoded once; null where a `%` is not part of that. */
export function percentDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
