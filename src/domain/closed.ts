import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { SparkgateError, type FieldError } from './errors.ts';
import { LONGEST_SHOWN, pointerTo } from './json-pointer.ts';

/** An answer names this many faults. */
const MOST_FAULTS = 50;

/** A name is near another within this many edits, if they leave more than this share of it. */
const MOST_EDITS = 3;
const LEAST_SHARE = 0.4;

/**
 * An object that takes the names of its shape and no other: a misspelt name must not pass as one that was left out.
 * What `extend` adds is known too. {@link faultsOf} names each unknown one and the nearest that is known.
 */
export function closed<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys' || !(issue.inst instanceof z.ZodObject)) return undefined;
      const known = Object.keys(issue.inst.shape);
      const { keys } = issue as z.core.$ZodIssueUnrecognizedKeys;
      // One line a name: zod makes one issue of all of them.
      return keys
        .slice(0, MOST_FAULTS)
        .map((name) => unknownName(name, known))
        .join('\n');
    },
  });
}

/** What to say of a name that is not among the known ones. */
export function unknownName(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  if (near !== null) return `is not known; did you mean "${near}"?`;
  if (known.length === 0) return 'is not known: nothing is taken here';
  return `is not known; known ${known.length === 1 ? 'is only' : 'are'} ${known.join(', ')}`;
}

/** The known name that was probably meant; null where none is near. Case, hyphens and spaces do not count. */
function nearestName(name: string, known: readonly string[]): string | null {
  if (name.length > LONGEST_SHOWN) return null;
  const meant = folded(name);
  let nearest: string | null = null;
  let edits = MOST_EDITS + 1;
  for (const candidate of known) {
    const length = Math.max(meant.length, candidate.length);
    const needed = distance(meant, folded(candidate));
    if (needed < edits && (length - needed) / length > LEAST_SHARE) [nearest, edits] = [candidate, needed];
  }
  return nearest;
}

function folded(name: string): string {
  return name.toLowerCase().replaceAll(/[-\s]/g, '_');
}

/**
 * What a schema refused, place by place. Unknown names come first: a name that is missed was probably one of them.
 * @param within the path of what was parsed, in what was sent
 */
export function faultsOf({ issues }: z.ZodError, within: readonly PropertyKey[] = []): FieldError[] {
  const at = (path: readonly PropertyKey[]): string => pointerTo([...within, ...path]);
  const unknown = issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [];
    const messages = issue.message.split('\n');
    return messages.map((message, n) => ({ pointer: at([...issue.path, issue.keys[n] ?? '']), message }));
  });
  const others = issues
    .filter(({ code }) => code !== 'unrecognized_keys')
    .map(({ path, message }) => ({ pointer: at(path), message }));
  return [...unknown, ...others].slice(0, MOST_FAULTS);
}

/**
 * The error for what a caller sent and a schema refused: its message names the first place, `errors` all of them.
 * `unprocessable` is what every schema takes, and what is stored, another value or the time does not.
 */
export function invalid(
  errors: readonly FieldError[],
  code: 'invalid_request' | 'unprocessable' = 'invalid_request',
): SparkgateError {
  const [first] = errors;
  const where = first && first.pointer !== '' ? `${first.pointer}: ` : '';
  return new SparkgateError(code, `${where}${first?.message ?? 'The request is not valid.'}`, { errors });
}
