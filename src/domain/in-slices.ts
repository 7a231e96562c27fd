import { setImmediate as others } from 'node:timers/promises';

/** So many of a large request are worked on before others have their turn. */
export const SLICE = 50;

/** As `Promise.all` of a map, slice by slice: what comes in meanwhile does not wait for all of it. */
export async function inSlices<Item, Result>(
  items: readonly Item[],
  of: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += SLICE) {
    if (from > 0) await others();
    const slice = items.slice(from, from + SLICE);
    results.push(...(await Promise.all(slice.map(async (item, index) => of(item, from + index)))));
  }
  return results;
}
