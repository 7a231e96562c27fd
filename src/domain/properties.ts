import { z } from 'zod';

/** How deep properties may nest. */
const DEEPEST = 32;

/** A JSON object of limited depth whose numbers are finite, so that it is the same wherever it is sent on. */
export const Properties = z
  .record(z.string(), z.unknown())
  .refine((value) => !Object.hasOwn(value, ''), 'holds something without a name, which no policy can read')
  .refine((value) => isPlain(value), {
    error: `nests deeper than ${DEEPEST} levels, or holds a number that is not finite`,
    // Whatever else is asked of it may go through it by recursion.
    abort: true,
  });

function isPlain(root: unknown): boolean {
  const waiting: { value: unknown; depth: number }[] = [{ value: root, depth: 1 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, depth } = next;
    if (typeof value === 'number' && !Number.isFinite(value)) return false;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > DEEPEST) return false;
    for (const child of Object.values(value)) waiting.push({ value: child, depth: depth + 1 });
  }
  return true;
}
