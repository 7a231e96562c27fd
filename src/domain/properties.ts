import { z } from 'zod';

/** How deep properties may nest, and how many characters their names and texts may have together. */
const DEEPEST = 32;
const LONGEST = 65_536;

/** A JSON object of limited depth and size. */
export const Properties = z
  .record(z.string(), z.unknown())
  .refine((value) => !Object.hasOwn(value, ''), 'holds something without a name, which no policy can read')
  .superRefine((value, ctx) => {
    const message = faultOf(value);
    // Whatever else is asked of it may go through it by recursion.
    if (message !== null) ctx.addIssue({ code: 'custom', message, continue: false });
  })
  .meta({
    // What any JSON of a request may not hold; further in, patterns cannot say it.
    propertyNames: { minLength: 1, not: { enum: ['__proto__'] } },
    description: `At most ${DEEPEST} levels deep, with at most ${LONGEST} characters in names and texts`,
  });

function faultOf(root: unknown): string | null {
  let size = 0;
  const waiting: { value: unknown; depth: number }[] = [{ value: root, depth: 1 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, depth } = next;
    size += typeof value === 'string' ? value.length : 1;
    if (typeof value === 'object' && value !== null) {
      if (depth > DEEPEST) return `nests deeper than ${DEEPEST} levels`;
      for (const [name, child] of Object.entries(value)) {
        size += name.length;
        waiting.push({ value: child, depth: depth + 1 });
      }
    }
    if (size > LONGEST) return `is larger than ${LONGEST} characters`;
  }
  return null;
}
