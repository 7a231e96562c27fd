import type { Actor, CallingKey } from '../domain/context.ts';
import { SparkgateError } from '../domain/errors.ts';
import type { SignedInActor } from '../domain/sign-ins/entity.ts';
import { OutsideId } from '../domain/vocabulary.ts';

const X_ACTOR = /^(user|tiktok_account):(.+)$/su;

/** The person that `X-Actor` names, or null without the header. @throws SparkgateError `invalid_request` */
export function actorOf(header: string | undefined): SignedInActor | null {
  if (header === undefined) return null;
  const [, type, text] = X_ACTOR.exec(utf8(header)) ?? [];
  const id = OutsideId.safeParse(text);
  if ((type !== 'user' && type !== 'tiktok_account') || !id.success) {
    throw new SparkgateError('invalid_request', 'X-Actor takes user:<id> or tiktok_account:<id>.', {
      errors: [{ pointer: 'X-Actor', message: 'takes user:<id> or tiktok_account:<id>' }],
    });
  }
  return { type, id: id.data };
}

/** Node reads header bytes as Latin-1; ids are UTF-8. */
function utf8(header: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    throw new SparkgateError('invalid_request', 'X-Actor is not UTF-8.');
  }
}

/** Who acts when a key calls without naming a person: the key itself. */
export function keyActor(key: CallingKey): Actor {
  return { type: 'api_key', id: key.id };
}
