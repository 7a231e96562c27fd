import { InvalidArgumentError } from 'commander';
import { OutsideId } from '../domain/vocabulary.ts';

/** A subject or a resource of a check, as it is written on the command line. */
export interface Entity {
  type: string;
  id: string;
}

/** Reads `type:id`; the id may hold colons itself. @throws InvalidArgumentError */
export function entity(text: string): Entity {
  const colon = text.indexOf(':');
  if (colon === -1) throw new InvalidArgumentError('takes type:id.');
  return { type: idIn('type', text.slice(0, colon)), id: idIn('id', text.slice(colon + 1)) };
}

function idIn(name: string, text: string): string {
  const id = OutsideId.safeParse(text);
  if (id.success) return id.data;
  throw new InvalidArgumentError(`takes type:id; the ${name} ${id.error.issues[0]?.message ?? 'is none'}.`);
}
