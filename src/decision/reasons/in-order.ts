import { REASON_CODES, type Reason } from '../../domain/errors.ts';

/** Each reason once, in the order of the vocabulary. */
export function reasonsOf(reasons: Iterable<Reason>): Reason[] {
  const distinct = new Map(
    [...reasons].map((it) => [`${it.code} ${it.says ?? ''} ${it.fact ?? ''} ${it.rule ?? ''}`, it]),
  );
  return [...distinct.values()].toSorted((a, b) => REASON_CODES.indexOf(a.code) - REASON_CODES.indexOf(b.code));
}
