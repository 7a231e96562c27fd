import { isOfThisService, SERVICE_KIND } from '../../decision/bundle.ts';
import { isStoredKind } from '../../decision/project.ts';
import type { Change } from './change.ts';
import { readsOf } from './reads.ts';
import { UNTOLD, type Sides } from './sides.ts';
import type { ComparedSpaces } from './spaces.ts';

/** Why it cannot be told for whom a kind changes, as far as its rules tell; a sentence each. */
export function untold(sides: Sides, kind: string): string[] {
  if (isOfThisService(kind) && kind !== SERVICE_KIND) return [];
  const why = [
    ...(sides.mentionTime(kind) ? ['its policy looks at the time, and its changes are counted as of now'] : []),
    ...(isStoredKind(kind) || kind === SERVICE_KIND ? ofVectors(sides, kind) : ofEntities(sides, kind)),
  ];
  return why.map((it) => `${UNTOLD} for whom ${kind} changes: ${it}.`);
}

/** Vectors hold no ids, so where policies look at those a vector does not speak for all who have it. */
function ofVectors(sides: Sides, kind: string): string[] {
  const others = [...readsOf(sides, kind).roles].filter((role) => !COUNTED.has(role));
  return [
    ...(sides.mentionIds(kind) ? ['its policy looks at ids, and pairs are counted without regard to them'] : []),
    ...(others.length > 0 ? [`its policy speaks of ${others.join(', ')}, whom nobody counts`] : []),
  ];
}

/** The roles of those who are counted; one of them stands for any. */
const COUNTED: ReadonlySet<string> = new Set(['user', 'tiktok_account', 'api_key', 'anonymous', '*']);

function ofEntities(sides: Sides, kind: string): string[] {
  const { unreadable, sent, runtime, partsOfIds } = readsOf(sides, kind);
  return [
    ...(unreadable ? ['its policy cannot be read whole'] : []),
    ...(sides.sweeping ? ['principal or role policies have a say in it'] : []),
    ...(sent ? ['its policy looks at what a caller sends, and nothing was sent'] : []),
    ...(runtime ? ['its policy looks at what only the policy server knows'] : []),
    ...(partsOfIds ? ['its policy looks into ids, and only known ones were compared'] : []),
  ];
}

/** What a caller may name in more ways than are tried. */
const NAMED_IN_PART = ['post', 'assignee', 'scopes'];

/** Where nobody was found who gains, and what callers name decides whether somebody does. */
export function unnamed(sides: Sides, changes: readonly Change[], spaces: ComparedSpaces): string[] {
  const kind = 'tiktok_account';
  const actions = sides.actions(kind).filter((action) => {
    const about = (it: { kind: string; action: string }): boolean => it.kind === kind && it.action === action;
    const found = changes.some((it) => about(it) && it.direction === 'gain');
    const possible = spaces.whole.has(kind)
      ? spaces.changes.some((it) => about(it) && it.gained > 0)
      : sides.readOtherwise(kind, action, NAMED_IN_PART);
    return !found && possible && NAMED_IN_PART.some((field) => sides.looksAt(kind, action, field));
  });
  if (actions.length === 0) return [];
  return [`${UNTOLD} whether somebody gains ${actions.join(', ')}: not all that a caller may name was tried.`];
}
