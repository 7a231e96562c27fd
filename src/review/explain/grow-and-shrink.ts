import type { Allows, Asked, Option, Standpoint, Step } from './step.ts';

/** Situations that are drawn at random in search of one that is allowed, and alternatives that are tried to shrink it. */
const DRAWS = 4000;
const TOGETHER = 400;
const MOST_ALTERNATIVES = 400;

interface Drawn {
  standpoint: Standpoint;
  taken: readonly (Option | null)[];
}

/** Where the small sets do not allow, and the large ones are too many: any that allows, with all left out that need not be. */
export async function growAndShrink(standpoints: readonly Standpoint[], allows: Allows): Promise<Step[][]> {
  const random = sequence();
  for (let from = 0; from < DRAWS; from += TOGETHER) {
    const drawn = Array.from({ length: TOGETHER }, (_, index) => draw(standpoints[index % standpoints.length], random));
    const all = drawn.filter((it) => it !== null);
    const allowed = await allows(all.map((it) => asked(it)));
    const first = all.find((_, index) => allowed[index]);
    if (first) return [stepsOf(await shrunk(first, allows))];
  }
  return [];
}

function draw(standpoint: Standpoint | undefined, random: () => number): Drawn | null {
  if (!standpoint) return null;
  const taken = standpoint.fields.map(({ options }) => options[Math.floor(random() * (options.length + 1))] ?? null);
  return { standpoint, taken };
}

/** Field by field the fewest steps that still do, until none can be left out. */
async function shrunk(from: Drawn, allows: Allows): Promise<Drawn> {
  let it = from;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const at of it.taken.keys()) {
      const fewer = alternatives(it, at);
      const allowed = await allows(fewer.map((other) => asked(other)));
      const first = fewer.find((_, index) => allowed[index]);
      if (!first) continue;
      it = first;
      isSmaller = true;
    }
  }
  return it;
}

function alternatives({ standpoint, taken }: Drawn, at: number): Drawn[] {
  const steps = taken[at]?.steps.length ?? 0;
  if (steps === 0) return [];
  const options = standpoint.fields[at]?.options.filter((it) => it.steps.length < steps) ?? [];
  const sorted = options.toSorted((a, b) => a.steps.length - b.steps.length).slice(0, MOST_ALTERNATIVES);
  return [null, ...sorted].map((it) => ({ standpoint, taken: taken.with(at, it) }));
}

function asked({ standpoint, taken }: Drawn): Asked {
  const changed = standpoint.fields.flatMap(({ name }, at) => (taken[at] ? [[name, taken[at].value] as const] : []));
  return { roles: standpoint.roles, attr: { ...standpoint.attr, ...Object.fromEntries(changed) } };
}

const stepsOf = ({ standpoint, taken }: Drawn): Step[] => [
  ...standpoint.steps,
  ...taken.flatMap((it) => it?.steps ?? []),
];

/** Numbers from [0, 1), the same each time: what is explained twice is explained alike. */
function sequence(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
