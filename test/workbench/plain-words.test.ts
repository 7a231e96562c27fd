import { expect, test } from 'vitest';
import { inPlainWords } from '../../src/workbench/plain-words.ts';

const PATH = { via: 'BUSINESS_CENTER', user_role: 'ADMIN', grant: 'ACTIVE', granted: ['LIVE'], assigned: [] };

test.each([
  [PATH, 'A user; through a Business Center (ADMIN there, grant ACTIVE, granted LIVE, assigned nothing)'],
  [
    { ...PATH, owns_ad_account: false },
    'A user; through a Business Center (ADMIN there, grant ACTIVE, granted LIVE, assigned nothing, owns ad account no)',
  ],
  [
    { via: 'ACCOUNT_LINK', user_role: null, grant: null, granted: ['LIVE'], assigned: [], owns_ad_account: true },
    'A user; through an account link (carries LIVE, owns ad account yes)',
  ],
])('a path is told with what a reviewer has added to it: %o', (path, said) => {
  expect(inPlainWords({ role: 'user', attr: { paths: [path] } }, new Set(['paths']))).toBe(said);
});
