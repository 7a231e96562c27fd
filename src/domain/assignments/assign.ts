import { isDeepStrictEqual } from 'node:util';
import { AccountGrant } from '../account-grants/entity.ts';
import { authorize, authorizeKey } from '../authorize.ts';
import type { Context, Question } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { assignmentGate, groundsOf, memberGate } from '../gates.ts';
import { closing, opening } from '../open-close.ts';
import { requireMatch } from '../precondition.ts';
import { transact, type Audit, type Gates, type Tx, type Written } from '../transact.ts';
import type { Scope } from '../vocabulary.ts';
import { Assignment } from './entity.ts';

/** An assignment as the API shows it. */
export interface AssignmentView {
  bc_id: string;
  tiktok_account_id: string;
  user_id: string;
  scopes: Scope[];
}

/** R3: an administrator assigns a granted account to a member, or changes the scopes. To oneself is flagged in the trail. */
export async function assign(ctx: Context, view: AssignmentView): Promise<Written<AssignmentView>> {
  await authorizeKey(ctx, 'act_as', [view.bc_id]);
  return transact(ctx, gatesOf(ctx, view), async (tx) => {
    const [audit] = await assignIn(ctx, tx, view);
    return { result: view, audit: audit ? [audit] : 'unchanged' };
  });
}

function gatesOf(ctx: Context, view: AssignmentView): Gates {
  const { bc_id: bcId, tiktok_account_id: id, user_id: userId } = view;
  return {
    takes: [assignmentGate(bcId, id, userId)],
    shares: [...groundsOf(ctx.actor, bcId, id), memberGate(bcId, userId)],
    allow: async (tx) => authorize(ctx, questionOfAssigning(view), tx),
  };
}

/** What is asked of the policies before a member is assigned an account. */
export function questionOfAssigning({ bc_id, tiktok_account_id: id, user_id, scopes }: AssignmentView): Question {
  return {
    action: 'assign_member',
    resource: { type: 'tiktok_account', id },
    properties: { bc_id, user_id, scopes },
  };
}

/** The same inside a write that is under way and allowed: its step for the trail, or none where nothing changes. */
export async function assignIn(ctx: Context, tx: Tx, view: AssignmentView): Promise<[] | [Audit]> {
  const { bc_id: bcId, tiktok_account_id: tiktokAccountId, user_id: userId, scopes } = view;
  const grant = await tx.em.findOne(AccountGrant, { bcId, tiktokAccountId, validTo: null });
  if (!grant) throw new SparkgateError('conflict', (say) => say.details.grantRevoked);
  const current = await tx.em.findOne(Assignment, { bcId, tiktokAccountId, userId, validTo: null });
  await requireMatch(ctx, tx.query, current?.id, {
    rows: 'assignment',
    key: { bc_id: bcId, tiktok_account_id: tiktokAccountId, user_id: userId },
  });
  const toOneself = ctx.actor.type === 'user' && ctx.actor.id === userId;
  const selfAssigned = selfAssignedAfter(current, scopes, toOneself);
  const isConfirmed = isDeepStrictEqual(current?.scopes, scopes);
  if (isConfirmed && isDeepStrictEqual(current?.selfAssigned, selfAssigned)) return [];
  if (current) await tx.em.nativeUpdate(Assignment, { id: current.id, validTo: null }, closing(tx));
  const row = { grantId: grant.id, bcId, tiktokAccountId, userId, scopes, selfAssigned };
  await tx.em.insert(Assignment, { ...row, ...opening(tx) });
  return [
    {
      event: 'assignment.put',
      subject: { type: 'user', id: userId },
      bcId,
      before: current && { tiktok_account_id: tiktokAccountId, scopes: current.scopes },
      after: { tiktok_account_id: tiktokAccountId, scopes },
      flags: toOneself ? ['SELF_ASSIGNED'] : isConfirmed ? ['CONFIRMED'] : [],
    },
  ];
}

/**
 * Which scopes a member has added themself: what they had stays so through a wider or narrower assignment by others, and
 * is confirmed where another administrator assigns the very same.
 */
function selfAssignedAfter(current: Assignment | null, scopes: readonly Scope[], toOneself: boolean): Scope[] {
  const before = current?.selfAssigned ?? [];
  if (toOneself) {
    return scopes.filter((scope) => before.includes(scope) || current?.scopes.includes(scope) !== true);
  }
  return isDeepStrictEqual(current?.scopes, scopes) ? [] : scopes.filter((scope) => before.includes(scope));
}
