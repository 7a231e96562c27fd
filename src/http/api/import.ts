import { Readable } from 'node:stream';
import { createRoute, z } from '@hono/zod-openapi';
import { FACT_TYPES, FactLine } from '../../domain/import/fact-line.ts';
import { importFacts } from '../../domain/import/import-facts.ts';
import { acknowledge, contextOf, router } from '../validation.ts';
import { answers, SECURED } from './answers.ts';

const Imported = z
  .object({ imported: z.partialRecord(z.enum(FACT_TYPES), z.int()), revision: z.string() })
  .openapi('Imported');

/** Many facts at once. */
export const factImport = router().openapi(
  createRoute({
    tags: ['Facts'],
    security: SECURED,
    method: 'post',
    path: '/v1/relationships/import',
    summary: 'Import facts from NDJSON, one a line: all or none',
    request: { body: { content: { 'application/x-ndjson': { schema: FactLine } }, required: true } },
    responses: answers(Imported, 'Imported'),
  }),
  async (c) => {
    const written = await importFacts(contextOf(c), c.req.raw.body ?? Readable.from([]));
    return c.json({ imported: acknowledge(c, written), revision: written.revision }, 200);
  },
);
