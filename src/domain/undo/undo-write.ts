import { z } from 'zod';
import { setAdvertiserRole } from '../ad-accounts/set-advertiser-role.ts';
import { changeAssignments } from '../assignments/change-assignments.ts';
import { authorizeKey } from '../authorize.ts';
import { actorName, type Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { parseRevision } from '../revision.ts';
import { queryIn, type Written } from '../transact.ts';
import { AdvertiserRole, Scope } from '../vocabulary.ts';

/** For how long a write can be undone, in seconds. */
const UNDO_SECONDS = 60;

/** All that a write of the actor did, by the clock of the database that wrote it. */
const STEPS = `
  select event, subject_id as user_id, before, after from audit_entry
   where write_id = $1 and bc_id = $2 and actor = $3
     and at > clock_timestamp() - make_interval(secs => $4) order by id`;

const Held = z.object({ tiktok_account_id: z.string(), scopes: z.array(Scope) });
const Role = z.object({ advertiser_id: z.string(), advertiser_role: AdvertiserRole });
interface Step {
  event: string;
  user_id: string;
  before: unknown;
  after: unknown;
}

/**
 * Makes what a write of the actor's own changed again what it was before, all of it or none, as long as nothing else has
 * changed any of it since. Each change is asked of the policies like any other. Assignments can be undone, and a role in
 * an ad account; what needs the consent of somebody else to come back cannot.
 * @param revision that of the write @returns how much is again as it was
 * @throws SparkgateError `precondition_failed` after a minute, where something has changed, or where it cannot be undone
 */
export async function undoWrite(
  ctx: Context,
  { bcId, revision }: { bcId: string; revision: string },
): Promise<Written<number>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  const since = parseRevision(revision);
  const steps = since?.write ? await stepsOf(ctx, bcId, since.write) : [];
  if (!since) throw changedSince();
  const unchanged = { ...ctx, ifMatch: { tags: [], since: [since] } };
  const [first, ...others] = steps;
  if (first && steps.every(isOf('assignment'))) return changeAssignments(unchanged, bcId, steps.map(reversed));
  if (first && isOf('ad_account_member')(first) && others.length === 0) return giveBackRole(unchanged, bcId, first);
  throw changedSince();
}

async function stepsOf(ctx: Context, bcId: string, write: string): Promise<Step[]> {
  const query = queryIn(ctx.orm.em.fork());
  return query<Step>(STEPS, [write, bcId, actorName(ctx.actor), UNDO_SECONDS]);
}

function isOf(kind: string): (step: Step) => boolean {
  return ({ event }) => event.startsWith(`${kind}.`);
}

/** What was before, of which nothing is no scopes. */
function reversed({ user_id, before, after }: Step): { user_id: string; tiktok_account_id: string; scopes: Scope[] } {
  const { tiktok_account_id } = Held.parse(before ?? after);
  return { user_id, tiktok_account_id, scopes: Held.safeParse(before).data?.scopes ?? [] };
}

async function giveBackRole(
  ctx: Context,
  bcId: string,
  { user_id: userId, before, after }: Step,
): Promise<Written<number>> {
  const { advertiser_id: advertiserId } = Role.parse(before ?? after);
  const role = Role.safeParse(before).data?.advertiser_role ?? null;
  const { revision } = await setAdvertiserRole(ctx, { bcId, advertiserId, userId, role });
  return { result: 1, revision };
}

function changedSince(): SparkgateError {
  return new SparkgateError('precondition_failed', (say) => say.details.changedSince);
}
