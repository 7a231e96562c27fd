import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    // What takes too long for every run is run by `npm run test:long`.
    exclude: [...configDefaults.exclude, 'test/long/**'],
    globalSetup: ['test/support/global-setup.ts'],
    // The tests load the sources as production does: by Node itself, which strips the types.
    experimental: { viteModuleRunner: false },
    // A worker loads the service once, not for every file: no file leaves anything in a module for the next one.
    isolate: false,
    // The commands that tests start find what Node compiled for those before them.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/node') },
    // Each worker has its own databases and its share of one PostgreSQL and one Cerbos.
    maxWorkers: 2,
    // Of what has got stuck; a slow machine takes its time.
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
