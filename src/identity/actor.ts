import { invalid } from '../domain/closed.ts';
import type { Actor, CallingKey } from '../domain/context.ts';
import type { SparkgateError } from '../domain/errors.ts';
import type { SignedInActor } from '../domain/sign-ins/entity.ts';
import { OutsideId } from '../domain/vocabulary.ts';
import { percentDecoded, utf8In } from '../platform/header-text.ts';

const X_ACTOR = /^(user|tiktok_account):(.*)$/su;

/**
 * The person that `X-Actor` names, or null without the header. It is UTF-8, percent-encoded or not, and decoded once:
 * a `%` of the id itself is always sent as `%25`. @throws SparkgateError `invalid_request`
 */
export function actorOf(header: string | undefined): SignedInActor | null {
  if (header === undefined) return null;
  const text = utf8In(header);
  if (text === null) throw refused('is not UTF-8');
  const decoded = percentDecoded(text);
  if (decoded === null) throw refused('is not well-formed percent-encoded UTF-8; a % itself is sent as %25');
  const [, type, sent] = X_ACTOR.exec(decoded) ?? [];
  if (type !== 'user' && type !== 'tiktok_account') throw refused('takes user:<id> or tiktok_account:<id>');
  const id = OutsideId.safeParse(sent);
  if (!id.success) throw refused(`the id ${id.error.issues[0]?.message ?? 'is none'}`);
  return { type, id: id.data };
}

function refused(message: string): SparkgateError {
  return invalid([{ pointer: 'X-Actor', message }]);
}

/** Who acts when a key calls without naming a person: the key itself. */
export function keyActor(key: CallingKey): Actor {
  return { type: 'api_key', id: key.id };
}
