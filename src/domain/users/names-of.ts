import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { queryIn } from '../transact.ts';

const TEXT = 'select id, display_name as name from user_profile where id = any($1) and display_name is not null';

/** What users are called whose ids are in the reader's sight already. Those of whom no name is known are left out. */
export async function namesOf(ctx: Context, userIds: readonly string[]): Promise<Map<string, string>> {
  await authorizeKey(ctx, 'act_as', []);
  const rows = await queryIn(ctx.orm.em.fork())<{ id: string; name: string }>(TEXT, [[...new Set(userIds)]]);
  return new Map(rows.map(({ id, name }) => [id, name]));
}
