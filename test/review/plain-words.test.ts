import { expect, test } from 'vitest';
import { inPlainWords } from '@sparkgate/policy-workbench/space/plain-words';
import { WORDS } from '../../src/review/words.ts';

const UNNAMED = {
  advertiser_role: null,
  account_ad_authorization: null,
  post: null,
  live: false,
  assignee: null,
  scopes: null,
  frozen_by: null,
  ad_account_frozen: false,
};
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
  expect(inPlainWords({ role: 'user', attr: { ...UNNAMED, paths: [path] } }, new Set(['paths']), WORDS)).toBe(said);
});

test.each([
  [{ owner: 'ann' }, 'A user; owner ann'],
  [{ owner: true, live: 'soon' }, 'A user; owner yes; live soon'],
  [{ status: null, paths: ['a', 'b'] }, 'A user; status unknown; paths a and b'],
  [
    { post: 'letter', scopes: null, advertiser_role: 'NONE' },
    'A user; post letter; scopes unknown; advertiser role NONE',
  ],
])('what a kind of our own calls as the service does means what it says: %o', (attr, said) => {
  expect(inPlainWords({ role: 'user', attr }, new Set(Object.keys(attr)), WORDS)).toBe(said);
});

test('a request is told in words of its own', () => {
  const attr = {
    status: 'PENDING',
    owner: false,
    user_role: 'ADMIN',
    requester_role: null,
    center_frozen: false,
    account_frozen: false,
  };
  expect(inPlainWords({ role: 'user', attr }, new Set(['owner', 'requester_role']), WORDS)).toBe(
    'A user; not the owner who is asked; the requester no longer a member',
  );
});
