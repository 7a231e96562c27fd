import { Command } from 'commander';
import { readConfig } from '../config.ts';
import { createKey } from '../domain/api-keys/create-key.ts';
import { listKeys } from '../domain/api-keys/list-keys.ts';
import { revokeKey } from '../domain/api-keys/revoke-key.ts';
import { ApiKeyBody } from '../domain/api-keys/schemas.ts';
import { SparkgateError } from '../domain/errors.ts';
import { PageQuery } from '../domain/page.ts';
import { KeyPermission } from '../domain/vocabulary.ts';
import { asOperator } from '../operator.ts';

/** `sparkgate key create|list|revoke` */
export function keyCommand(): Command {
  return new Command('key')
    .description('make, list and revoke API keys')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand());
}

function createCommand(): Command {
  return new Command('create')
    .description('make a key; it is shown this once')
    .argument('<name>', 'what the key is for')
    .requiredOption('-p, --permissions <list>', `of ${KeyPermission.options.join(', ')}, separated by commas`, commas)
    .option('-b, --bc-ids <list>', 'confine it to these Business Centers, separated by commas', commas)
    .addHelpText('after', '\nExample:\n  sparkgate key create ads-service --permissions check')
    .action(async (name: string, options: { permissions: string[]; bcIds?: string[] }) => {
      const body = ApiKeyBody.safeParse({ name, permissions: options.permissions, bc_ids: options.bcIds });
      if (!body.success) {
        const [issue] = body.error.issues;
        throw new SparkgateError('invalid_request', `${issue?.path.join('.')}: ${issue?.message}`);
      }
      const { result } = await asOperator(readConfig(), async (ctx) => createKey(ctx, body.data));
      process.stderr.write(`Key ${result.id} (${result.permissions.join(', ')}). It is not shown again:\n`);
      process.stdout.write(`${result.key}\n`);
    });
}

function listCommand(): Command {
  return new Command('list').description('all keys, oldest first; never their secrets').action(async () => {
    await asOperator(readConfig(), async (ctx) => {
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
      await asOperator(readConfig(), async (ctx) => revokeKey(ctx, id));
      process.stdout.write(`Key ${id} is revoked.\n`);
    });
}

function commas(list: string): string[] {
  return list.split(',').map((item) => item.trim());
}
