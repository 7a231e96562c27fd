import { createHash } from 'node:crypto';

/** A body that streams by, and its hash once all of it has come in. */
export interface HashedBody extends AsyncIterable<Uint8Array> {
  /** SHA-256 of the whole; what nobody has read yet is read now, and passed over. */
  digest: () => Promise<Buffer>;
}

/** Hashes a body while it streams. Whoever stops reading leaves the rest to `digest`. */
export function hashedBody(chunks: AsyncIterable<Uint8Array>): HashedBody {
  const source = chunks[Symbol.asyncIterator]();
  const hash = createHash('sha256');
  let whole: Buffer | null = null;
  const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    if (whole) return { done: true, value: undefined };
    const it = await source.next();
    if (it.done === true) {
      whole = hash.digest();
      return { done: true, value: undefined };
    }
    hash.update(it.value);
    return it;
  };
  return {
    [Symbol.asyncIterator]: () => ({ next }),
    digest: async () => {
      while ((await next()).done !== true);
      return whole ?? Buffer.alloc(0);
    },
  };
}
