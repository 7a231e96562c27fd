/** Of this run; a failed run is repeated with `FUZZ_SEED=<seed>`. */
export const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
