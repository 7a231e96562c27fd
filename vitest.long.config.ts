import { defineConfig, mergeConfig } from 'vitest/config';
import suite from './vitest.config.ts';

/** The proofs that take too long for every run: `npm run test:long`. */
export default mergeConfig(
  { ...suite, test: { ...suite.test, include: [], exclude: [] } },
  defineConfig({
    test: {
      include: ['test/long/**/*.test.ts'],
      testTimeout: 3_600_000,
      hookTimeout: 600_000,
    },
  }),
);
