import { Command } from 'commander';
import type { z } from 'zod';
import { readConfig } from '../config.ts';
import { createKey, type CreatedKey } from '../domain/api-keys/create-key.ts';
import { listKeys } from '../domain/api-keys/list-keys.ts';
import { revokeKey } from '../domain/api-keys/revoke-key.ts';
import { rotateKey } from '../domain/api-keys/rotate-key.ts';
import { ApiKeyBody, RotationBody } from '../domain/api-keys/schemas.ts';
import { faultsOf, invalid } from '../domain/closed.ts';
import { PageQuery } from '../domain/page.ts';
import { KeyPermission } from '../domain/vocabulary.ts';
import { inOfflineContext } from '../runtime/offline-context.ts';

/** `sparkgate key create|list|rotate|revoke` */
export function keyCommand(): Command {
  return new Command('key')
    .description('make, list, rotate and revoke API keys')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(rotateCommand())
    .addCommand(revokeCommand());
}

function createCommand(): Command {
  return new Command('create')
    .description('make a key; it is shown this once')
    .argument('<name>', 'what the key is for')
    .requiredOption('-p, --permissions <list>', `of ${KeyPermission.options.join(', ')}, separated by commas`, commas)
    .option('-b, --bc-ids <list>', 'confine it to these Business Centers, separated by commas', commas)
    .option('-e, --expires-at <time>', 'from when on it counts no more, such as 2027-01-31T00:00:00Z')
    .addHelpText('after', '\nExample:\n  sparkgate key create ads-service --permissions check')
    .action(async (name: string, { permissions, bcIds, expiresAt }: CreateOptions) => {
      const body = parsed(ApiKeyBody, { name, permissions, bc_ids: bcIds, expires_at: expiresAt });
      const { result } = await inOfflineContext(readConfig(), async (ctx) => createKey(ctx, body));
      showOnce(result);
    });
}

interface CreateOptions {
  permissions: string[];
  bcIds?: string[];
  expiresAt?: string;
}

function rotateCommand(): Command {
  return new Command('rotate')
    .description('give a key a new secret; it is shown this once, and the one of before counts for a while')
    .argument('<id>', 'the id that create and list show')
    .option('-o, --overlap <seconds>', 'for how long the secret of before counts', Number)
    .addHelpText('after', '\nExample:\n  sparkgate key rotate 0199c1c2-7e61-7000-8000-000000000000 --overlap 3600')
    .action(async (id: string, options: { overlap?: number }) => {
      const body = parsed(RotationBody, options);
      const { result } = await inOfflineContext(readConfig(), async (ctx) => rotateKey(ctx, id, body));
      showOnce(result);
    });
}

/** @throws SparkgateError `invalid_request` */
function parsed<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw invalid(faultsOf(result.error));
}

function showOnce({ id, permissions, key }: CreatedKey): void {
  process.stderr.write(`Key ${id} (${permissions.join(', ')}). It is not shown again:\n`);
  process.stdout.write(`${key}\n`);
}

function listCommand(): Command {
  return new Command('list').description('all keys, oldest first; never their secrets').action(async () => {
    await inOfflineContext(readConfig(), async (ctx) => {
      let cursor: string | undefined;
      do {
        const page = await listKeys(ctx, PageQuery.parse({ cursor }));
        for (const key of page.items) process.stdout.write(`${JSON.stringify(key)}\n`);
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined);
    });
  });
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('revoke a key at once')
    .argument('<id>', 'the id that create and list show')
    .action(async (id: string) => {
      await inOfflineContext(readConfig(), async (ctx) => revokeKey(ctx, id));
      process.stdout.write(`Key ${id} is revoked.\n`);
    });
}

function commas(list: string): string[] {
  return list.split(',').map((item) => item.trim());
}
