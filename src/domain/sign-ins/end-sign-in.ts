import type { Context } from '../context.ts';
import { transact, type Written } from '../transact.ts';
import { SignIn, type SignedInActor } from './entity.ts';

/** Ends the actor's own sign-in at once, wherever its token still is. Ending it again changes nothing. */
export async function endSignIn(ctx: Context, id: string, actor: SignedInActor): Promise<Written<null>> {
  return transact(ctx, {}, async (tx) => {
    const own = { id, subjectType: actor.type, subjectId: actor.id, endedAt: null };
    const ended = await tx.em.nativeUpdate(SignIn, own, { endedAt: tx.at });
    if (ended === 0) return { result: null, audit: 'unchanged' };
    return { result: null, audit: [{ event: 'sign_out', subject: { type: actor.type, id: actor.id } }] };
  });
}
