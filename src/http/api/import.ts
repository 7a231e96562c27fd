import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context as Http } from 'hono';
import { closed } from '../../domain/closed.ts';
import type { Context } from '../../domain/context.ts';
import { SparkgateError } from '../../domain/errors.ts';
import { FACT_TYPES, FactLine } from '../../domain/import/fact-line.ts';
import { importFacts, type Imported as Imports } from '../../domain/import/import-facts.ts';
import { ImportMode, MOST_ENDING, MOST_SKIPPED, ReplaceScope, SkipReason } from '../../domain/import/modes.ts';
import type { Written } from '../../domain/transact.ts';
import { OutsideId } from '../../domain/vocabulary.ts';
import type { Env } from '../env.ts';
import { hashedBody } from '../hashed-body.ts';
import { keyOf, once } from '../idempotency.ts';
import { requireNoMatch } from '../if-match.ts';
import { requireUtf8 } from '../middleware/json-body.ts';
import { acknowledge, contextOf, router } from '../validation.ts';
import { answers, SECURED, several } from './answers.ts';

const Imported = z
  .object({
    imported: z.partialRecord(z.enum(FACT_TYPES), z.int()).openapi({ description: 'Lines of each type' }),
    skipped: z.array(z.object({ line: z.int(), reason: SkipReason })).openapi({
      description: `The first ${MOST_SKIPPED} lines that were skipped, because a person ended what they would open again`,
    }),
    skipped_count: z.int().openapi({ description: 'All lines that were skipped' }),
    changed: z.partialRecord(z.enum(FACT_TYPES), z.int()).openapi({ description: 'Facts of each type that changed' }),
    ended: z
      .partialRecord(z.enum(FACT_TYPES), z.int())
      .openapi({ description: 'Facts of each type that were ended, since the file lacks them or what they hang on' }),
    ending: z
      .array(
        z.object({
          type: z.enum(FACT_TYPES),
          bc_id: OutsideId.optional(),
          user_id: OutsideId.optional(),
          tiktok_account_id: OutsideId.optional(),
          advertiser_id: OutsideId.optional(),
        }),
      )
      .openapi({ description: `The first ${MOST_ENDING} of each type that were ended, by their keys` }),
    revision: z.string().openapi({ description: 'The revision of this write; the current one where nothing changed' }),
  })
  .openapi('Imported');

/** Digits alone: what is not there is not 0. */
function percent() {
  const wanted = 'must be a whole number from 0 to 100';
  return z
    .string()
    .regex(/^\d{1,3}$/, { error: wanted, abort: true })
    .transform(Number)
    .refine((it) => it <= 100, wanted);
}

const Query = closed({
  mode: ImportMode.default('merge').openapi({
    description:
      'merge: what an owner or an administrator ended stays ended, and such lines are skipped; reopen: it is opened ' +
      'again; replace: as merge, and what the file lacks of each scope is ended in the Business Centers named',
  }),
  scope: several(ReplaceScope, ReplaceScope.options.length).openapi({ description: 'What replace may end' }),
  bc_id: several(OutsideId, 100).openapi({ description: 'The Business Centers in which replace may end it' }),
  max_ended: percent()
    .optional()
    .openapi({
      type: 'integer',
      minimum: 0,
      maximum: 100,
      description:
        'The most of each scope, and of what ends with it, that may end in each Business Center, in per cent of what it ' +
        'has; 10 unless said. Beyond it: 409',
    }),
  dry_run: z.enum(['true', 'false']).optional().openapi({ description: 'true: only tells what would change' }),
}).superRefine(({ mode, scope, bc_id: bcIds, max_ended: most }, ctx) => {
  const complain = (name: string, message: string): void => ctx.addIssue({ code: 'custom', path: [name], message });
  if (mode === 'replace') {
    if (scope === undefined) complain('scope', 'is required with mode=replace');
    if (bcIds === undefined) complain('bc_id', 'is required with mode=replace');
    return;
  }
  for (const [name, value] of Object.entries({ scope, bc_id: bcIds, max_ended: most })) {
    if (value !== undefined) complain(name, 'is taken with mode=replace alone');
  }
});

const LINES =
  'Each line is a fact, by the schema. A line that does not fit it, or what is stored and brought beside it, is a 400 ' +
  'that names the line.';

function optionsOf(query: z.infer<typeof Query>): NonNullable<Parameters<typeof importFacts>[2]> {
  const { mode, scope: scopes, bc_id: bcIds, max_ended: maxEnded = 10, dry_run: dry } = query;
  const dryRun = dry === 'true';
  const replacement = scopes && bcIds ? { scopes, bcIds, maxEnded, dryRun } : null;
  return { mode, replacement, dryRun };
}

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
      if (!next) throw new SparkgateError('timeout', (say) => say.details.bodyStopped(idle));
      if (next.done === true) return;
      size += next.value.length;
      if (size > bytes) throw new SparkgateError('payload_too_large', (say) => say.details.tooLarge);
      yield next.value;
    }
  } finally {
    void iterator.return?.().catch(() => undefined);
  }
}

/** With a key, the file is hashed while it comes in. */
async function importOnce(
  c: Http<Env>,
  chunks: AsyncGenerator<Uint8Array>,
  options: Parameters<typeof importFacts>[2],
): Promise<Written<Imports>> {
  requireNoMatch(c);
  if (keyOf(c) === null) return importFacts(contextOf(c), chunks, options);
  const body = hashedBody(chunks);
  try {
    const run = async (ctx: Context): Promise<Written<Imports>> => importFacts(ctx, body, options);
    return await once(c, run, (result) => result, body.digest);
  } finally {
    await chunks.return(undefined);
  }
}

/** Many facts at once. */
export const factImport = router().openapi(
  createRoute({
    tags: ['Facts'],
    security: SECURED,
    method: 'post',
    path: '/v1/relationships/import',
    operationId: 'importFacts',
    summary: 'Import facts from NDJSON, one a line: all or none',
    request: {
      query: Query,
      body: { description: LINES, content: { 'application/x-ndjson': { schema: FactLine } }, required: true },
    },
    responses: answers(Imported, 'Imported'),
  }),
  async (c) => {
    requireUtf8(c.req.header('Content-Type') ?? '');
    const { importLimitBytes: bytes, requestTimeout: idle } = c.get('services').settings;
    const chunks = bounded(c.req.raw.body ?? Readable.from([]), { bytes, idle });
    const written = await importOnce(c, chunks, optionsOf(c.req.valid('query')));
    return c.json({ ...acknowledge(c, written), revision: written.revision }, 200);
  },
);
