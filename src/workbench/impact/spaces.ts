import { decideUnit } from '../decided-unit.ts';
import { UnreadableExpression } from '../expressions.ts';
import { InfiniteDomain } from '../finite-domain.ts';
import { inPlainWords } from '../plain-words.ts';
import { PlatformError } from '../../platform/platform-error.ts';
import type { KindText } from '../policy-text.ts';
import { openSpace, rulesFor } from '../verify.ts';
import { schemaGap } from './schema-gap.ts';
import type { Sides } from './sides.ts';

/** What changes for one action over the whole space of situations, whether anybody is in them or not. */
export interface SpaceChange {
  kind: string;
  action: string;
  /** Classes of situations that the policies tell apart, and how many of them are decided otherwise. */
  classes: number;
  gained: number;
  lost: number;
  /** One that is decided otherwise, in plain words. */
  example: string;
}

/** What a comparison over whole spaces brought. */
export interface ComparedSpaces {
  changes: readonly SpaceChange[];
  /** The kinds of which all situations were compared. */
  whole: ReadonlySet<string>;
}

/** Compares two bundles over all situations of each kind whose rules read otherwise. */
export async function compareSpaces(sides: Sides, notes: string[]): Promise<ComparedSpaces> {
  const changes: SpaceChange[] = [];
  const whole = new Set<string>();
  for (const kind of sides.kinds) {
    const actions = sides.actions(kind);
    const [before, after] = [sides.base.texts?.get(kind), sides.head.texts?.get(kind)];
    if (actions.length === 0) continue;
    if (!before || !after) {
      const where = sides.head.bundle.kinds.has(kind) ? 'the base' : 'the edited policies';
      notes.push(`${kind} is not in ${where}, or cannot be read whole there: not all situations were compared.`);
      continue;
    }
    try {
      changes.push(...(await compareKind(sides, { before, after, actions })));
      whole.add(kind);
    } catch (error) {
      if (!(error instanceof InfiniteDomain || error instanceof UnreadableExpression || error instanceof PlatformError))
        throw error;
      notes.push(`Not all situations of ${kind} were compared: ${error.message}.`.replace('..', '.'));
    }
  }
  return { changes, whole };
}

async function compareKind(
  { base, head }: Sides,
  { before, after, actions }: { before: KindText; after: KindText; actions: readonly string[] },
): Promise<SpaceChange[]> {
  const space = await openSpace(head.folder, after, [before]);
  const gap = schemaGap({ files: base.files, text: before }, { files: head.files, text: after });
  if (gap !== null) throw new PlatformError(gap);
  const changes: SpaceChange[] = [];
  for (const action of actions) {
    const unit = space.unit([action], [...rulesFor([action], before), ...rulesFor([action], after)]);
    const [was, is] = await Promise.all([decideUnit(base.pdp, unit), decideUnit(head.pdp, unit)]);
    const change = { kind: after.kind, action, classes: unit.size, gained: 0, lost: 0, example: '' };
    for (let index = 0; index < unit.size; index += 1) {
      const allowed = is.allows(action, index);
      if (was.allows(action, index) === allowed) continue;
      change[allowed ? 'gained' : 'lost'] += 1;
      change.example ||= `${inPlainWords(unit.at(index), unit.matters)} -> ${allowed ? 'ALLOW' : 'DENY'}`;
    }
    if (change.gained + change.lost > 0) changes.push(change);
  }
  return changes;
}
