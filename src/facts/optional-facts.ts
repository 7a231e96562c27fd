import { z } from 'zod';
import type { Reason } from '../domain/errors.ts';
import { Scope } from '../domain/vocabulary.ts';
import type { Path } from './account-paths.ts';
import { factsFrom, type Better, type Values } from './kind.ts';
import { scopesOf } from './membership.ts';
import { slice } from './slice.ts';

// Facts that are sent only where the policies' own schema declares them: no rule of ours reads them.

/** What of an optional fact stands in the way, by where it stands (JSON Pointer). */
const insufficient = (fact: string): Reason => ({ code: 'ATTRIBUTE_INSUFFICIENT', fact });

/** As it is, or any other of these values, might be what a rule asks for. */
export function otherwise<T>(values: readonly T[], fact: string): (now: T) => Better[] {
  return (now) => {
    const others = values.filter((to) => JSON.stringify(to) !== JSON.stringify(now));
    return [{ to: now, lacks: [] }, ...others.map((to) => ({ to, lacks: [insufficient(fact)] }))];
  };
}

/** The Business Center of the ad account that a check names; a confined key is told of its own alone. */
export const NAMED_AD_ACCOUNT = slice({
  name: 'named_ad_account',
  on: ['ad_account'],
  center: 'd.bc_id',
  columns: {},
  from: `question q join ad_account d on d.advertiser_id = q.advertiser_id and d.bc_id is not null
    where q.kind = 'tiktok_account'`,
});

const path = factsFrom<Path>();

/** What else can be told of each path. */
export const OPTIONAL_PATH_FACTS = {
  self_assigned: path.fact(z.array(Scope), {
    meaning: 'Assigned scopes that the subject added themself, and that no other administrator has confirmed since.',
    on: ['subject', 'resource', 'center'],
    by: 'another administrator of the Business Center, by assigning the same scopes',
    none: [],
    later: true,
    read: ({ grant, assignment }) => {
      if (assignment === undefined || assignment.grant_id !== grant?.grant_id) return [];
      const own = scopesOf(assignment.self_assigned?.split(','));
      return own.filter((scope) => assignment.scopes?.includes(scope));
    },
    better: (now, { assigned }) => otherwiseAssigned(now, assigned as readonly Scope[]),
  }),
  owns_ad_account: path.fact(z.boolean().nullable(), {
    meaning:
      'Whether the ad account that the check names belongs to that Business Center; null: none was named, or it belongs to none.',
    on: ['center', 'ad_account'],
    by: 'the caller, by naming another ad account',
    none: null,
    later: true,
    read: ({ loaded, center }) => {
      const owner = loaded.one(NAMED_AD_ACCOUNT)?.bc_id;
      return owner == null || center === null ? null : owner === center;
    },
    better: otherwise<boolean | null>([true, false], '/action/properties/advertiser_id'),
  }),
};

/** What else an optional fact of a path is off Business Center paths. */
export const NO_CENTER_OPTIONS: Values = { self_assigned: [], owns_ad_account: null };

/** Fewer scopes of one's own giving, or all that are assigned. */
function otherwiseAssigned(now: readonly Scope[], assigned: readonly Scope[]): Better[] {
  return otherwise<readonly Scope[]>([[], assigned], '/subject/self_assigned')(now);
}
