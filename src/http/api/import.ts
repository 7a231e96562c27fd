import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { createRoute, z } from '@hono/zod-openapi';
import { SparkgateError } from '../../domain/errors.ts';
import { FACT_TYPES, FactLine } from '../../domain/import/fact-line.ts';
import { importFacts } from '../../domain/import/import-facts.ts';
import { requireUtf8 } from '../middleware/json-body.ts';
import { acknowledge, contextOf, router } from '../validation.ts';
import { answers, SECURED } from './answers.ts';

const Imported = z
  .object({ imported: z.partialRecord(z.enum(FACT_TYPES), z.int()), revision: z.string() })
  .openapi('Imported');

interface Bounds {
  bytes: number;
  /** How long the next part of the body is waited for, in seconds. */
  idle: number;
}

/** Counts while the body streams: a limit before that would hold all of it, and for strangers too. */
async function* bounded(chunks: AsyncIterable<Uint8Array>, { bytes, idle }: Bounds): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (let size = 0; ;) {
      const next = await Promise.race([iterator.next(), delay(idle * 1000, null, { ref: false })]);
      if (!next) throw new SparkgateError('timeout', `The body stopped coming for ${idle} seconds.`);
      if (next.done === true) return;
      size += next.value.length;
      if (size > bytes) throw new SparkgateError('payload_too_large', 'The body is larger than this takes.');
      yield next.value;
    }
  } finally {
    void iterator.return?.().catch(() => undefined);
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
    requireUtf8(c.req.header('Content-Type') ?? '');
    const { importLimitBytes: bytes, requestTimeout: idle } = c.get('services').settings;
    const written = await importFacts(contextOf(c), bounded(c.req.raw.body ?? Readable.from([]), { bytes, idle }));
    return c.json({ imported: acknowledge(c, written), revision: written.revision }, 200);
  },
);
