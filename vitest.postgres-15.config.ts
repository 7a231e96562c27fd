import { existsSync } from 'node:fs';
import { defineConfig, mergeConfig } from 'vitest/config';
import suite from './vitest.config.ts';

// Where Debian has it: apt-get install postgresql-15.
const programs = (process.env['TEST_POSTGRES_BIN'] ??= '/usr/lib/postgresql/15/bin');
const isThere = existsSync(programs);
if (!isThere)
  process.stderr.write(`LEFT OUT, since there is no PostgreSQL in ${programs}: the tests on PostgreSQL 15\n`);

/** What leans on the database, on the oldest PostgreSQL that is taken: the last part of `npm run test:long`. */
export default mergeConfig(
  { ...suite, test: { ...suite.test, include: [] } },
  defineConfig({
    test: {
      include: isThere
        ? ['decision', 'domain', 'http', 'identity', 'journeys', 'races', 'search', 'store'].map(
            (part) => `test/${part}/**/*.test.ts`,
          )
        : [],
      passWithNoTests: true,
    },
  }),
);
