import { Readable } from 'node:stream';
import { createRoute, z } from '@hono/zod-openapi';
import { SparkgateError } from '../../domain/errors.ts';
import { FACT_TYPES, FactLine } from '../../domain/import/fact-line.ts';
import { importFacts } from '../../domain/import/import-facts.ts';
import { acknowledge, contextOf, router } from '../validation.ts';
import { answers, SECURED } from './answers.ts';

const Imported = z
  .object({ imported: z.partialRecord(z.enum(FACT_TYPES), z.int()), revision: z.string() })
  .openapi('Imported');

/** Counts while the body streams: a limit before that would hold all of it, and for strangers too. */
async function* bounded(chunks: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > most) throw new SparkgateError('payload_too_large', 'The body is larger than this takes.');
    yield chunk;
  }
}

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
    const most = c.get('services').settings.importLimitBytes;
    const written = await importFacts(contextOf(c), bounded(c.req.raw.body ?? Readable.from([]), most));
    return c.json({ imported: acknowledge(c, written), revision: written.revision }, 200);
  },
);
