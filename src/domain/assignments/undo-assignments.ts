import { z } from 'zod';
import { authorizeKey } from '../authorize.ts';
import { actorName, type Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { parseRevision } from '../revision.ts';
import { queryIn, type Written } from '../transact.ts';
import { Scope } from '../vocabulary.ts';
import { changeAssignments } from './change-assignments.ts';

/** For how long a change of assignments can be undone, in seconds. */
const UNDO_SECONDS = 60;

/** What a write of the actor did to assignments, by the clock of the database that wrote it. */
const STEPS = `
  select subject_id as user_id, before, after from audit_entry
   where write_id = $1 and bc_id = $2 and actor = $3 and event in ('assignment.put', 'assignment.ended')
     and at > clock_timestamp() - make_interval(secs => $4) order by id`;

const Held = z.object({ tiktok_account_id: z.string(), scopes: z.array(Scope) });
interface Step {
  user_id: string;
  before: unknown;
  after: unknown;
}

/**
 * Makes assignments again what they were before a write of the actor's own, all of them or none, as long as nothing else
 * has changed any of them since. Each is asked of the policies like any other change.
 * @param revision that of the write
 * @throws SparkgateError `precondition_failed` after a minute, or where something has changed
 */
export async function undoAssignments(
  ctx: Context,
  { bcId, revision }: { bcId: string; revision: string },
): Promise<Written<number>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  const since = parseRevision(revision);
  const steps = since?.write ? await stepsOf(ctx, bcId, since.write) : [];
  if (!since || steps.length === 0) throw new SparkgateError('precondition_failed', (say) => say.details.changedSince);
  return changeAssignments({ ...ctx, ifMatch: { tags: [], since: [since] } }, bcId, steps.map(reversed));
}

async function stepsOf(ctx: Context, bcId: string, write: string): Promise<Step[]> {
  const query = queryIn(ctx.orm.em.fork());
  return query<Step>(STEPS, [write, bcId, actorName(ctx.actor), UNDO_SECONDS]);
}

/** What was before, of which nothing is no scopes. */
function reversed({ user_id, before, after }: Step): { user_id: string; tiktok_account_id: string; scopes: Scope[] } {
  const { tiktok_account_id } = Held.parse(before ?? after);
  return { user_id, tiktok_account_id, scopes: Held.safeParse(before).data?.scopes ?? [] };
}
