import { createRoute, z } from '@hono/zod-openapi';
import { closed } from '../../domain/closed.ts';
import { exportFacts } from '../../domain/export/export-facts.ts';
import { OutsideId } from '../../domain/vocabulary.ts';
import { contextOf, REVISION_HEADER, router } from '../validation.ts';
import { SECURED, several } from './answers.ts';

const Query = closed({
  bc_id: several(OutsideId, 100).openapi({
    description: 'Only what belongs to these Business Centers; without it, all that the key is for',
  }),
});

const NDJSON = 'application/x-ndjson';

/** All facts at once. */
export const factExport = router().openapi(
  createRoute({
    tags: ['Facts'],
    security: SECURED,
    method: 'get',
    path: '/v1/relationships/export',
    operationId: 'exportFacts',
    summary: 'Export the facts of one moment as NDJSON, one a line, as an import takes them',
    request: { query: Query },
    responses: {
      200: {
        description: 'The facts; an answer that breaks off is not whole',
        content: { [NDJSON]: { schema: z.string() } },
      },
    },
  }),
  async (c) => {
    const { revision, chunks } = await exportFacts(contextOf(c), c.req.valid('query').bc_id ?? null);
    c.header(REVISION_HEADER, revision);
    c.header('Content-Type', NDJSON);
    return c.body(ReadableStream.from(bytes(chunks))) as never;
  },
);

async function* bytes(chunks: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}
