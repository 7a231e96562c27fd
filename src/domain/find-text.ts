import { z } from 'zod';
import { PageQuery } from './page.ts';

/** A page of a list whose rows hold a text that somebody typed; null = all rows. Case does not count. */
export const FindQuery = PageQuery.extend({
  text: z
    .string()
    .trim()
    .max(256)
    .transform((text) => (text === '' ? null : text.replaceAll('\0', '')))
    .nullable()
    .default(null),
});
export type FindQuery = z.infer<typeof FindQuery>;

/** SQL that holds where any of the columns has the text of parameter `$n` in it, or that parameter is null. */
export function holdsText(columns: readonly string[], parameter: string): string {
  const holds = columns.map((column) => `strpos(lower(${column}), lower(${parameter}::text)) > 0`);
  return `(${parameter}::text is null or ${holds.join(' or ')})`;
}
