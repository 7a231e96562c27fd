import type { Point } from '@sparkgate/policy-workbench/space/point';
import type { Naming } from './request-variants.ts';
import type { Group } from './population.ts';
import { questionOf, type Sides } from './comparison.ts';

/** What is named, as far as it shows in the question. */
type Named = Pick<Naming, 'attr' | 'place'>;

/** A group about which both bundles decide otherwise. */
export interface Difference<N extends Named = Named> {
  group: Group;
  naming: N;
  direction: 'gain' | 'loss';
  /** An ad account was named. */
  somewhere: boolean;
  /** The path that is left where a Business Center is named. */
  path: number | null;
  point: Point;
}

/** How a group is asked about. */
interface Way<N> {
  kind: string;
  action: string;
  namings: readonly N[];
  /** Whether the subject's role in an ad account can matter. */
  runs: boolean;
}

/** The groups about which both bundles decide otherwise, where something is named. */
export async function differing<N extends Named>(
  groups: readonly Group[],
  way: Way<N>,
  sides: Sides,
): Promise<Difference<N>[]> {
  const tries = way.namings.flatMap((naming) => groups.flatMap((group) => triesOf(group, naming, way)));
  const answers = await sides.ask(
    tries.map(({ group: { who }, point }) => ({
      ...questionOf(way.kind, way.action, point),
      ...(who && { principalId: who.id, principalAttr: who.attr, resourceId: who.resource }),
    })),
  );
  return tries.flatMap((it, index): Difference<N>[] => {
    const { was, is } = answers[index] ?? { was: false, is: false };
    return was === is ? [] : [{ ...it, direction: is ? 'gain' : 'loss' }];
  });
}

function triesOf<N extends Named>(group: Group, naming: N, { kind, runs }: Way<N>): Omit<Difference<N>, 'direction'>[] {
  const points = naming.place === 'center' ? group.named : [{ path: null, point: group.point }];
  const roles = runs ? [null, 'NONE', ...group.held] : [null];
  return points.flatMap(({ path, point: { role: of, attr: facts } }) =>
    roles.map((role) => {
      const named = kind === 'tiktok_account' ? { advertiser_role: role } : {};
      const point = { role: of, attr: { ...facts, ...naming.attr, ...named } };
      return { group, naming, somewhere: role !== null, path, point };
    }),
  );
}
