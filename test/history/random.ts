/** Numbers that a seed determines. */
export interface Random {
  /** From 0 up to, but not, this one. */
  below: (count: number) => number;
  oneOf: <T>(all: readonly T[]) => T;
  /** Of so many times, once on the average. */
  onceIn: (times: number) => boolean;
}

/** Mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed;
  const below = (count: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * count);
  };
  return {
    below,
    oneOf: (all) => {
      if (all.length === 0) throw new Error('There is nothing to choose from.');
      return all[below(all.length)] as (typeof all)[number];
    },
    onceIn: (times) => below(times) === 0,
  };
}
