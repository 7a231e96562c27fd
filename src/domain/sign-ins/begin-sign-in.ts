import type { Context } from '../context.ts';
import { transact, type Audit, type Tx, type Written } from '../transact.ts';
import { learnName } from '../users/learn-name.ts';
import { SignIn, type SignedInActor } from './entity.ts';
import { newSessionToken, sessionTokenHash } from './session-token.ts';

/** What a new sign-in is made of. */
export interface NewSignIn {
  actor: SignedInActor;
  displayName: string | null;
  /** Who vouched for the person; null for the demo's sign-in. */
  issuer: string | null;
  /** The token of the sign-in that the browser held before, which ends here. */
  replaces: string | null;
  /** Life at the most, in seconds. */
  lasts: number;
}

/** For how long an expired sign-in stays in the table, in days; the audit trail keeps what happened. */
const KEPT_DAYS = 30;

/**
 * Begins a sign-in of the actor and answers its id and its token, which nothing else knows. Whoever calls has made sure who it is:
 * no policy is asked, for nobody is permitted anything by being who they are.
 */
export async function beginSignIn(ctx: Context, signIn: NewSignIn): Promise<Written<{ id: string; token: string }>> {
  const { actor, displayName, issuer, replaces, lasts } = signIn;
  return transact(ctx, {}, async (tx) => {
    const ended = replaces === null ? [] : await endReplaced(tx, replaces);
    await tx.query('delete from sign_in where expires_at < $1', [new Date(tx.at.getTime() - KEPT_DAYS * 86_400_000)]);
    const token = newSessionToken();
    const id = await tx.em.insert(SignIn, {
      tokenHash: sessionTokenHash(token),
      renewedAt: tx.at,
      subjectType: actor.type,
      subjectId: actor.id,
      displayName,
      issuer,
      createdAt: tx.at,
      lastSeenAt: tx.at,
      expiresAt: new Date(tx.at.getTime() + lasts * 1000),
    });
    const isVouched = actor.type === 'user' && displayName !== null && issuer !== null;
    const named = isVouched ? await learnName(tx, actor.id, displayName) : [];
    const begun: Audit = { event: 'sign_in', subject: { type: actor.type, id: actor.id }, after: { issuer } };
    return { result: { id, token }, audit: [begun, ...named, ...ended] };
  });
}

async function endReplaced(tx: Tx, token: string): Promise<Audit[]> {
  const rows = await tx.query<{ type: string; id: string }>(
    `update sign_in set ended_at = $2 where (token_hash = $1 or previous_token_hash = $1) and ended_at is null
     returning subject_type as type, subject_id as id`,
    [sessionTokenHash(token), tx.at],
  );
  return rows.map((subject) => ({ event: 'sign_out', subject }));
}
