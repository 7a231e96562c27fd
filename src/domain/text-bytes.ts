/** What V8 takes for the text itself, in bytes: one for a character where all are of Latin-1, otherwise two. */
export function textBytes(text: string): number {
  return (/[^\x20-\xff]/.test(text) ? 2 : 1) * text.length;
}
