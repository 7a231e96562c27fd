import { FreezeAuthority, type FrozenKind } from '../domain/vocabulary.ts';
import type { Part } from './kind.ts';
import { best } from './membership.ts';
import { slice, type Loaded } from './slice.ts';

// R13: what is frozen. That a freeze ends by itself is no write, so rows are compared with the clock of the database.

/** SQL of the freezes in force of a thing, for `from`; `id` is SQL. */
export function freezesOf(kind: string, id: string): string {
  return `resource_freeze f on f.kind = ${kind} and f.resource_id = ${id}
      and f.valid_to is null and (f.until is null or f.until > statement_timestamp())`;
}

/** SQL of the things of a kind that are frozen now, each by the highest authority. */
export const frozenNow = (kind: FrozenKind): string => `(
  select distinct on (f.resource_id) f.resource_id as id, f.authority
    from resource_freeze f
   where f.kind = '${kind}' and f.valid_to is null and (f.until is null or f.until > statement_timestamp())
   order by f.resource_id, array_position(array[${FreezeAuthority.options.map((it) => `'${it}'`).join(', ')}], f.authority))`;

/** Who froze the thing that a check is about: a row an authority. */
export const FREEZE = slice({
  name: 'freeze',
  on: ['resource'],
  columns: { authority: 'f.authority' },
  until: 'f.until',
  from: `question q join ${freezesOf('q.kind', 'q.resource_id')}`,
});

/** The highest authority that has frozen what the check is about; null: none has. */
export function frozenBy(loaded: Loaded): FreezeAuthority | null {
  const rows = new Set(loaded.all(FREEZE).map(({ authority }) => authority));
  return FreezeAuthority.options.find((it) => rows.has(it)) ?? null;
}

type FrozenSentence = 'FROZEN' | 'FROZEN_BUSINESS_CENTER' | 'FROZEN_AD_ACCOUNT';

/** What is said of a fact that tells by whom the resource is frozen. */
export const frozenFact = (says: FrozenSentence) => ({
  on: ['resource'] satisfies Part[],
  by: 'whoever froze it, or a higher authority',
  none: null,
  better: best<FreezeAuthority | null>(null, () => ({ code: 'FROZEN', says })),
});

/** What is said of a fact that tells whether something beside the resource is frozen. */
export const frozenBeside = (says: FrozenSentence) => ({
  by: 'whoever froze it, or a higher authority',
  none: false,
  better: best<boolean>(false, () => ({ code: 'FROZEN', says })),
});
