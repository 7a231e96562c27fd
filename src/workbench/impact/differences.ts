import type { Point } from '../vector-space.ts';
import type { Group } from './population.ts';
import type { Naming } from './populations.ts';
import { questionOf, type Sides } from './sides.ts';

/** What both bundles are asked about each group. */
export interface Asked {
  sides: Sides;
  names: number;
  namings: readonly Naming[] | undefined;
}

/** What may be named, as far as the rules look at it. */
export function namingsFor(kind: string, action: string, { sides, namings = NOTHING }: Asked): Naming[] {
  return namings.filter(({ attr }) => Object.keys(attr).every((field) => sides.looksAt(kind, action, field)));
}

const NOTHING: readonly Naming[] = [{ words: '', attr: {} }];

/** `somewhere`: it takes the subject's role in some ad account, or to name an ad account at all. */
type Difference = [group: Group, somewhere: boolean, direction: 'gain' | 'loss', point: Point];

/** The groups about which both bundles decide otherwise, where this is named. */
export async function differing(
  groups: readonly Group[],
  kind: string,
  action: string,
  { attr }: Naming,
  sides: Sides,
): Promise<Difference[]> {
  const runs = kind === 'tiktok_account' && sides.looksAt(kind, action, 'advertiser_role');
  const tries = groups.flatMap((group) => {
    const roles = runs ? [null, 'NONE', ...group.held] : [null];
    return roles.map((role) => {
      const { role: of, attr: facts } = group.point;
      const named = kind === 'tiktok_account' ? { advertiser_role: role } : {};
      return { group, somewhere: role !== null, point: { role: of, attr: { ...facts, ...attr, ...named } } };
    });
  });
  const answers = await sides.ask(
    tries.map(({ group: { who }, point }) => ({
      ...questionOf(kind, action, point),
      ...(who && { principalId: who.id, principalAttr: who.attr, resourceId: who.resource }),
    })),
  );
  return tries.flatMap(({ group, somewhere, point }, index): Difference[] => {
    const { was, is } = answers[index] ?? { was: false, is: false };
    return was === is ? [] : [[group, somewhere, is ? 'gain' : 'loss', point]];
  });
}
