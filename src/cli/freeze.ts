import { Command, InvalidArgumentError } from 'commander';
import { readConfig } from '../config.ts';
import { faultsOf, invalid } from '../domain/closed.ts';
import { freeze } from '../domain/freezes/freeze.ts';
import type { Thing } from '../domain/freezes/place.ts';
import { FreezeBody } from '../domain/freezes/schemas.ts';
import { unfreeze } from '../domain/freezes/unfreeze.ts';
import { FrozenKind } from '../domain/vocabulary.ts';
import { inOfflineContext } from '../runtime/offline-context.ts';
import { entity } from './entity.ts';

const WHAT = `what: type:id, the type one of ${FrozenKind.options.join(', ')}`;

/** `sparkgate freeze` */
export function freezeCommand(): Command {
  return new Command('freeze')
    .description('deny everything through a Business Center, a TikTok account or an ad account, at once')
    .argument('<what>', WHAT, thing)
    .requiredOption('-r, --reason <text>', 'why, for the trail and for those who may lift it')
    .option('-u, --until <time>', 'when it ends by itself, such as 2027-01-31T00:00:00Z')
    .addHelpText('after', '\nExample:\n  sparkgate freeze tiktok_account:brand --reason "Posts that are not ours"')
    .action(async (what: Thing, options: { reason: string; until?: string }) => {
      const body = FreezeBody.safeParse(options);
      if (!body.success) throw invalid(faultsOf(body.error));
      const { revision } = await inOfflineContext(readConfig(), async (ctx) => freeze(ctx, what, body.data));
      process.stdout.write(`${what.kind} ${what.id} is frozen, at revision ${revision}.\n`);
    });
}

/** `sparkgate unfreeze` */
export function unfreezeCommand(): Command {
  return new Command('unfreeze')
    .description('lift every freeze of a Business Center, a TikTok account or an ad account')
    .argument('<what>', WHAT, thing)
    .addHelpText('after', '\nExample:\n  sparkgate unfreeze tiktok_account:brand')
    .action(async (what: Thing) => {
      const { revision } = await inOfflineContext(readConfig(), async (ctx) => unfreeze(ctx, what));
      process.stdout.write(`${what.kind} ${what.id} is not frozen, at revision ${revision}.\n`);
    });
}

function thing(text: string): Thing {
  const { type, id } = entity(text);
  const kind = FrozenKind.safeParse(type);
  if (kind.success) return { kind: kind.data, id };
  throw new InvalidArgumentError(`takes type:id; the type is one of ${FrozenKind.options.join(', ')}.`);
}
