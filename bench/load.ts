/** What one load measured; times in milliseconds. */
export interface Measured {
  requests: number;
  perSecond: number;
  p50: number;
  p99: number;
}

/** Keeps so many requests in flight for so long. The slot tells the requests apart that are in flight together. */
export async function load(
  inFlight: number,
  seconds: number,
  one: (slot: number) => Promise<unknown>,
): Promise<Measured> {
  const times: number[] = [];
  const since = performance.now();
  const until = since + seconds * 1000;
  await Promise.all(
    Array.from({ length: inFlight }, async (_, slot) => {
      for (let now = performance.now(); now < until;) {
        await one(slot);
        const then = now;
        now = performance.now();
        times.push(now - then);
      }
    }),
  );
  const took = (performance.now() - since) / 1000;
  const sorted = Float64Array.from(times).toSorted();
  const at = (part: number): number => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
  return { requests: times.length, perSecond: times.length / took, p50: at(0.5), p99: at(0.99) };
}
