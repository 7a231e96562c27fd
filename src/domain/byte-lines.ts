const NEWLINE = 0x0a;

/**
 * Cuts bytes into lines as they come, without what ends them.
 * @param longest a line of more bytes is handed out as far as it has come, and is the last
 */
export async function* byteLines(chunks: AsyncIterable<Uint8Array>, longest: number): AsyncGenerator<Uint8Array> {
  // Put together once a line, however small the pieces are that it comes in.
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      yield joined(pieces, chunk.subarray(start, end));
      [pieces, length, start] = [[], 0, end + 1];
    }
    pieces.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > longest) break;
  }
  if (length > 0) yield joined(pieces);
}

function joined(pieces: readonly Uint8Array[], last: Uint8Array = new Uint8Array()): Uint8Array {
  return pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
}
